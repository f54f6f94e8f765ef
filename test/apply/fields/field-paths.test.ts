import { expect } from 'chai';
import { fieldPaths, itemText, keyText } from '../../../src/apply/fields/field-paths.js';

describe('paths of fields', () => {
  it('are spelled as the API server spells them', () => {
    const paths = fieldPaths({
      'f:metadata': { 'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {} } },
      'f:spec': {
        'f:replicas': {},
        'f:template': {
          'f:containers': {
            'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} },
            'k:{"containerPort":53,"protocol":"UDP"}': {},
          },
        },
        'f:finalizers': { 'v:"kept"': {}, 'v:3': {} },
        'f:items': { 'i:0': { 'f:x': {} } },
      },
    });
    expect(paths).to.deep.equal([
      '.metadata.labels.app.kubernetes.io/name',
      '.spec.replicas',
      '.spec.template.containers[name="a"].image',
      '.spec.template.containers[name="a"].name',
      '.spec.template.containers[containerPort=53,protocol="UDP"]',
      '.spec.finalizers[="kept"]',
      '.spec.finalizers[=3]',
      '.spec.items[0].x',
    ]);
  });

  it('are none for no fields', () => {
    expect(fieldPaths({})).to.deep.equal([]);
    expect(fieldPaths({ '.': {} })).to.deep.equal([]);
  });

  it('hold a map without members as it is', () => {
    expect(fieldPaths({ 'f:emptyDir': { '.': {} }, 'f:other': {} })).to.deep.equal(['.emptyDir', '.other']);
  });

  it('quote the keys of items', () => {
    expect(itemText('k:{"name":"say \\"hi\\""}')).to.equal('[name="say \\"hi\\""]');
    expect(keyText({ port: 80, protocol: 'TCP' })).to.equal('[port=80,protocol="TCP"]');
  });
});
