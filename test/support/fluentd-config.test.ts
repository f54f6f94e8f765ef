import { expect } from 'chai';
import { checkFluentdConfig, paramOf, parseFluentd } from './fluentd-config.js';

describe('parser of Fluentd configuration', () => {
  it('reads nested sections, quotes over lines, comments and line numbers', () => {
    const { sections, faults } = parseFluentd(
      '# a\n<match a.**>\n  @type null\n  key "x\\"\n  y"\n  <b>\n  k \'v\'\n  </b>\n</match>\n',
    );
    expect(faults).to.deep.equal([]);
    expect(sections).to.deep.equal([
      {
        name: 'match',
        argument: 'a.**',
        line: 2,
        params: [
          { key: '@type', value: 'null', line: 3 },
          { key: 'key', value: 'x"\n  y', line: 4 },
        ],
        sections: [
          { name: 'b', argument: '', line: 6, params: [{ key: 'k', value: 'v', line: 7 }], sections: [] },
        ],
      },
    ]);
  });

  it('keeps a # inside a word', () => {
    expect(paramOf(parseFluentd('<a>\n  k a#b\n</a>').sections[0]!, 'k')).to.equal('a#b');
  });

  const good =
    '<match **>\n  @type http\n  @id o\n  endpoint http://a\n  <buffer []>\n    @type file\n    path /b\n  </buffer>\n</match>\n';
  const cases: [string, string, string][] = [
    ['a section that is not closed', '<source>\n  @type forward\n', 'line 1: <source> is not closed'],
    [
      'a wrong closing tag',
      '<source>\n  @type forward\n</match>\n</source>',
      'line 3: found </match>, expected </source> of line 1',
    ],
    ['a closing tag too many', `${good}</match>`, 'line 10: found </match>, expected no closing tag'],
    ['a parameter outside', 'a b\n', 'line 1: a stands outside of every section'],
    ['a broken opening tag', '<source\n', 'line 1: "<source" is no section'],
    [
      'a value cut by a comment',
      good.replace('/b', '/b #c'),
      'line 7: path: everything from "#c" on is taken as a comment',
    ],
    ['text behind a quote', good.replace('/b', '"/b" c'), 'line 7: path: "c" follows the closing quote'],
    ['a quote that is not closed', good.replace('/b', '"/b'), 'the quote is not closed'],
    [
      'an unknown section',
      good.replaceAll('buffer', 'puffer'),
      'line 5: <match> http does not know the section <puffer>',
    ],
    [
      'an unknown section at the top',
      '<mach **>\n</mach>',
      'line 1: <file> does not know the section <mach>',
    ],
    ['an unknown plugin', good.replace('http', 'htp'), 'line 1: <match> has no plugin htp'],
    [
      'a plugin of another section',
      '<filter **>\n  @type http\n</filter>',
      'line 1: <filter> has no plugin http',
    ],
    ['a section without plugin', good.replace('  @type http\n', ''), 'line 1: <match> has no @type'],
    [
      'an unknown parameter',
      good.replace('endpoint', 'end_point'),
      'line 4: <match> http does not know the parameter end_point',
    ],
    [
      'an unknown buffer parameter',
      good.replace('path', 'pfad'),
      'line 7: <buffer> file does not know the parameter pfad',
    ],
    [
      'a missing parameter',
      good.replace('  endpoint http://a\n', ''),
      'line 1: <match> http has no endpoint',
    ],
    [
      'a parameter twice',
      good.replace('  @id o\n', '  @id o\n  endpoint http://b\n'),
      'line 5: <match> http: endpoint stands twice',
    ],
    ['an id twice', good + good, 'line 12: @id o stands twice'],
    ['a label twice', '<label @A>\n</label>\n<label @A>\n</label>', 'line 3: label @A stands twice'],
    [
      'a route to a label that is not there',
      '<match **>\n  @type label_router\n  <route>\n    @label @A\n    <match>\n      negate false\n    </match>\n  </route>\n</match>',
      'line 4: there is no label @A',
    ],
  ];
  it('passes a correct text', () => expect(checkFluentdConfig(good)).to.deep.equal([]));
  for (const [title, text, message] of cases) {
    it(`refuses ${title}`, () => expect(checkFluentdConfig(text).join('\n')).to.contain(message));
  }
});
