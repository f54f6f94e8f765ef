import type { ApplySet } from '../apply/set/apply-set.js';
import { describeRef } from '../apply/set/object-ref.js';
import type { ObjectStatus } from '../apply/status/object-status.js';
import type { PartName } from '../apply/status/parts.js';
import type { PartStatus, SetStatus } from '../apply/status/status.js';
import { counted } from './report.js';
import { nameOfSet } from './set-target.js';
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
export function statusLines(status: SetStatus, set: ApplySet, screen: Terminal): string[] {
  const name = nameOfSet(set);
  if (status.phase === 'absent') return [`set ${name}: nothing is applied`];
  const phases = {
    applied: 'applied',
    applying: 'an apply is running, or did not finish; apply again to go on',
    deleting: 'a deletion is running, or did not finish; delete again to go on',
  };
  const stateOf = (part: PartName) => status.parts.find((candidate) => candidate.part === part)!;
  const platform = stateOf('platform');
  return [
    `set ${name}: ${counted(status.members, 'object')}, ${phases[status.phase]}`,
    ...(isUsed(PATH, stateOf) ? ['', ...hopLines(PATH, '', '', stateOf, screen)] : []),
    ...(platform.state === 'absent' ? [] : ['', ...partLines(platform, 'platform', '', '   ', screen)]),
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
    ...objects.flatMap((object) => objectLines(object, below, screen)),
  ];
}

function objectLines({ object, health, next }: ObjectStatus, below: string, screen: Terminal): string[] {
  const style: Style = health.state === 'Current' ? (health.warning ? 'yellow' : 'dim') : 'red';
  const text = `${describeRef(object)} ${health.message}`;
  return [
    `${below}${health.state === 'Current' && !health.warning ? text : screen.style(style, text)}`,
    ...(next ? [`${below}  next: ${next}`] : []),
  ];
}
