import type { ApplySet } from '../apply/set/apply-set.js';
import { describeRef } from '../apply/set/object-ref.js';
import type { ObjectStatus } from '../apply/status/object-status.js';
import type { PartName } from '../apply/status/parts.js';
import type { PartStatus, SetStatus } from '../apply/status/status.js';
import { counted } from './report.js';
import { nameOfSet } from './set-name.js';
import type { Style, Terminal } from './terminal.js';

interface Hop {
  readonly part: PartName;
  readonly title: string;
  /** Those that send to it. */
  readonly from: readonly Hop[];
}

const PATH: Hop = {
  part: 'opensearch',
  title: 'OpenSearch',
  from: [
    {
      part: 'shipper',
      title: 'shipper',
      from: [
        {
          part: 'aggregator',
          title: 'aggregator',
          from: [
            { part: 'pods', title: 'pods', from: [] },
            { part: 'hosts', title: 'hosts', from: [] },
          ],
        },
        { part: 'events', title: 'events', from: [] },
      ],
    },
  ],
};

const MARKS: Readonly<Record<PartStatus['state'], readonly [word: string, style: Style]>> = {
  ok: ['ok', 'green'],
  waiting: ['waiting', 'yellow'],
  failed: ['failed', 'red'],
  absent: ['-', 'dim'],
};

/** The status of a set as a tree: below each hop those that send to it. */
export function statusLines(status: SetStatus, set: ApplySet, context: string, screen: Terminal): string[] {
  const name = nameOfSet(set);
  if (status.phase === 'absent') {
    return [
      `set ${name}: nothing is applied in context ${context}: ConfigMap ${set.namespace}/${set.inventory} is not there`,
      '  next: opni-logging apply makes it; objects of the set that are there stay as they are',
    ];
  }
  const phases = {
    applied: 'applied',
    applying: 'an apply runs, or was interrupted; opni-logging apply goes on',
    deleting: 'a deletion runs, or was interrupted; opni-logging delete goes on, apply brings all back',
  };
  const stateOf = (part: PartName) => status.parts.find((candidate) => candidate.part === part)!;
  const platform = stateOf('platform');
  // A set of other manifests has nothing of the data path.
  const hops = isUsed(PATH, stateOf) ? hopLines(PATH, '', '', stateOf, screen) : [];
  const others = platform.state === 'absent' ? [] : partLines(platform, 'platform', '', '   ', screen);
  return [
    `set ${name}: ${counted(status.members, 'object')}, ${phases[status.phase]}`,
    ...[hops, others].filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines]),
  ];
}

function hopLines(
  { part, title, from }: Hop,
  first: string,
  rest: string,
  stateOf: (part: PartName) => PartStatus,
  screen: Terminal,
): string[] {
  const used = from.filter((hop) => isUsed(hop, stateOf));
  const below = used.length > 0 ? `${rest}│  ` : `${rest}   `;
  return [
    ...partLines(stateOf(part), title, first, below, screen),
    ...used.flatMap((hop, index) => {
      const last = index === used.length - 1;
      return hopLines(
        hop,
        `${rest}${last ? '└─ ' : '├─ '}`,
        `${rest}${last ? '   ' : '│  '}`,
        stateOf,
        screen,
      );
    }),
  ];
}

/** A hop that the set has nothing of is left out, unless something sends through it. */
const isUsed = ({ part, from }: Hop, stateOf: (part: PartName) => PartStatus): boolean =>
  stateOf(part).state !== 'absent' || from.some((hop) => isUsed(hop, stateOf));

function partLines(
  { state, objects }: PartStatus,
  title: string,
  first: string,
  below: string,
  screen: Terminal,
): string[] {
  const [word, style] = MARKS[state];
  const mark = state === 'absent' ? '' : `  ${screen.style(style, word)}`;
  return [
    `${first}${screen.style('bold', title)}${mark}`,
    ...objects.flatMap((object, index) =>
      // A step that is the same for several objects stands below the last one.
      objectLines(object, below, screen, { step: object.next !== objects[index + 1]?.next }),
    ),
  ];
}

function objectLines(
  { object, health, next }: ObjectStatus,
  below: string,
  screen: Terminal,
  told: { readonly step: boolean },
): string[] {
  const style: Style = health.state === 'Current' ? (health.warning ? 'yellow' : 'dim') : 'red';
  const text = `${describeRef(object)} ${health.message}`;
  return [
    `${below}${health.state === 'Current' && !health.warning ? text : screen.style(style, text)}`,
    ...(next && told.step ? [`${below}  next: ${next}`] : []),
  ];
}
