import { CONFIG_SCHEMA } from './schema/schema.js';
import { type Definitions, type ObjectShape, type Shape, shapeOf } from './shape.js';

/** What one cluster's configuration may hold. */
export const CONFIG_SHAPE = shapeOf(
  CONFIG_SCHEMA,
  CONFIG_SCHEMA['definitions'] as Definitions,
) as ObjectShape;

const apiVersion = CONFIG_SHAPE.properties.get('apiVersion')!;

/** One layer of a cluster inside a fleet file: all settings but the file's `apiVersion`. */
const LAYER_SHAPE: ObjectShape = {
  ...CONFIG_SHAPE,
  properties: new Map([...CONFIG_SHAPE.properties].filter(([key]) => key !== 'apiVersion')),
  required: CONFIG_SHAPE.required.filter((key) => key !== 'apiVersion'),
  layer: true,
};

/** What a fleet file may hold. */
export const FLEET_SHAPE: ObjectShape = {
  kind: 'object',
  title: 'Fleet',
  description: 'Several clusters in one file.',
  examples: [],
  required: ['apiVersion', 'clusters'],
  anyOf: [],
  layer: false,
  properties: new Map<string, Shape>([
    ['apiVersion', apiVersion],
    ['defaults', { ...LAYER_SHAPE, title: 'Defaults', description: 'Settings of all clusters.' }],
    [
      'clusters',
      {
        kind: 'list',
        title: 'Clusters',
        description: 'The clusters, each with what differs from the defaults.',
        examples: [],
        item: LAYER_SHAPE,
        minItems: 1,
      },
    ],
  ]),
};
