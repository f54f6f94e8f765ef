import { expect } from 'chai';
import { parse } from 'yaml';
import { toDocument } from '../../src/data-prepper/pipeline-model.js';
import { placeholdersIn } from '../../src/data-prepper/placeholders.js';
import { renderTemplate } from '../../src/data-prepper/render-template.js';
import { selectBindings } from '../../src/data-prepper/secret-binding.js';
import { goodFile } from './fixtures.js';

const full = goodFile({
  intake: { basicAuth: true },
  buffer: { type: 'kafka', bootstrapServers: ['k:9092'], topic: 't', authentication: { mechanism: 'plain' } },
});

describe('renderTemplate', () => {
  it('writes what YAML 1.1 and YAML 1.2 both read as the same file', () => {
    for (const version of ['1.1', '1.2'] as const) {
      expect(parse(renderTemplate(full), { version })).to.deep.equal(toDocument(full));
    }
  });

  it('keeps texts that YAML might take for something else as texts', () => {
    for (const username of [
      'no',
      'on',
      '~',
      'null',
      '010',
      '0o7',
      '1e3',
      '12:30:45',
      '1_000',
      '2026-01-01',
      "o'b",
      'a: b',
      ' x ',
      '=',
      '<<',
      '&a',
      'é',
    ]) {
      for (const version of ['1.1', '1.2'] as const) {
        const document = parse(renderTemplate(goodFile({ username })), { version });
        expect(document.intake.sink[0].opensearch.username).to.equal(username);
      }
    }
  });

  it('puts every placeholder into a single-quoted scalar of its own', () => {
    const text = renderTemplate(full);
    const tokens = [...text.matchAll(/@@[A-Z_]+@@/g)];
    const quoted = [...text.matchAll(/^ +\w+: '@@[A-Z_]+@@'$/gm)];
    expect(tokens.length).to.equal(8);
    expect(quoted.length).to.equal(tokens.length);
  });

  it('never folds a line or uses an anchor', () => {
    const text = renderTemplate(goodFile({ username: `${'word '.repeat(60)}end` }));
    expect(text)
      .to.include(`${'word '.repeat(60)}end`)
      .and.not.match(/: [&*>|]/);
  });
});

describe('selectBindings', () => {
  const binding = (placeholder: ReturnType<typeof placeholdersIn>[number]) => ({
    placeholder,
    file: 'f',
    description: 'd',
  });

  it('gives the bindings that a template needs, and no others', () => {
    const all = placeholdersIn(renderTemplate(full)).map(binding);
    expect(all.map(({ placeholder }) => placeholder)).to.deep.equal([
      '@@OPENSEARCH_PASSWORD@@',
      '@@INTAKE_USERNAME@@',
      '@@INTAKE_PASSWORD@@',
      '@@KAFKA_USERNAME@@',
      '@@KAFKA_PASSWORD@@',
    ]);
    expect(selectBindings(renderTemplate(goodFile()), all)).to.deep.equal([
      binding('@@OPENSEARCH_PASSWORD@@'),
    ]);
  });

  it('refuses a template whose secret has nowhere to come from', () => {
    expect(() => selectBindings(renderTemplate(full), [binding('@@OPENSEARCH_PASSWORD@@')]))
      .to.throw('secrets that were not given')
      .with.deep.property('problems')
      .that.has.length(4);
  });
});
