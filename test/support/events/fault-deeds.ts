import type { Chance } from './chance.js';
import type { EventWorld } from './event-world.js';
import type { IntakeAnswer } from './intake-behaviour.js';

/** What a deed may use. */
export interface DeedContext {
  readonly world: EventWorld;
  readonly chance: Chance;
  /** Begins something that ends later, when it is over; nothing happens while it lasts. @param ms in fast time */
  readonly during: (what: string, ms: number, begin: () => unknown, end: () => unknown) => void;
  /** Documents may come again because of this: so many requests are of unknown outcome. */
  readonly ambiguous: (requests: number) => void;
  /** The history before the present revision is gone. */
  readonly compacted: () => void;
  /** The mark is gone. */
  readonly leaseLost: () => void;
}

/** Does something to the world, and says what. */
export type Deed = (context: DeedContext) => string;

const KEPT: readonly IntakeAnswer[] = [
  { status: 408 },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 500 },
  { status: 503 },
  { status: 401 },
  'drop',
  'reset',
  'hang',
];
/** Taken, and the sender cannot know. */
const TAKEN: readonly IntakeAnswer[] = ['take-and-drop', 'take-and-hang', 'cut-body', 'slow-body'];

const textOf = (answer: IntakeAnswer) => (typeof answer === 'object' ? String(answer.status) : answer);

/** What happens in the cluster. */
export const CLUSTER_DEEDS: readonly Deed[] = [
  ({ world, chance }) => {
    const count = chance.between(1, 40);
    world.create(count);
    return `create ${count}`;
  },
  ({ world, chance }) => {
    const present = world.store.snapshot();
    const count = Math.min(present.length, chance.between(1, 15));
    for (let made = 0; made < count; made += 1) {
      world.store.update(chance.of(present).uid, { count: chance.between(2, 99) });
    }
    return `update ${count}`;
  },
  ({ world, chance }) => {
    const present = world.store.snapshot();
    if (present.length > 0) world.store.remove(chance.of(present).uid);
    return 'remove one';
  },
  ({ world, chance }) => {
    const count = chance.between(1, 20);
    world.store.expire(count, chance.between(1, 10));
    return `expire ${count}`;
  },
  ({ world, chance }) => {
    world.store.raiseRevision(BigInt(chance.between(1, 50)));
    return 'raise the revision';
  },
];

/** What goes wrong at the API server. */
export const API_DEEDS: readonly Deed[] = [
  ({ world, chance }) => {
    const how = chance.of(['fin', 'reset'] as const);
    world.api.cut(how);
    return `API: cut by ${how}`;
  },
  ({ world, chance, during }) => {
    const ms = chance.between(100, 3000);
    const how = chance.of(['fin', 'reset'] as const);
    during(
      'API',
      ms,
      () => world.api.refuse(how),
      () => world.api.listen(),
    );
    return `API: down for ${ms} ms`;
  },
  ({ world }) => {
    world.api.endWatches();
    return 'API: watches end';
  },
  ({ world, chance }) => {
    const fault = { afterBytes: chance.between(0, 5000), how: chance.of(['fin', 'reset'] as const) };
    world.api.breakWatches(fault);
    return `API: watches break by ${fault.how} after ${fault.afterBytes} bytes`;
  },
  ({ world, chance, during }) => {
    const ms = chance.between(100, 3000);
    during(
      'stall',
      ms,
      () => world.api.stall(),
      () => world.api.resume(),
    );
    return `API: stalls for ${ms} ms`;
  },
  ({ world, chance }) => {
    const kind = chance.of(['watch', 'list', 'lease'] as const);
    const status = chance.of([429, 500, 503, 504]);
    const times = chance.between(1, 2);
    world.api.faults.script(kind, { status, times, ...(status === 429 && { retryAfter: 1 }) });
    return `API: ${status} to ${times} ${kind} requests`;
  },
  ({ world, chance }) => {
    const kind = chance.of(['watch', 'list', 'lease'] as const);
    const instead = chance.of(['reset', 'fin'] as const);
    world.api.faults.script(kind, { instead });
    return `API: ${instead} instead of an answer to a ${kind} request`;
  },
  ({ world, chance }) => {
    world.api.settings.streamingList = chance.is(0.5);
    world.api.settings.expiredAs = chance.of(['stream', 'status'] as const);
    return `API: streaming lists ${world.api.settings.streamingList}, 410 as ${world.api.settings.expiredAs}`;
  },
  ({ world, chance }) => {
    const count = chance.between(1, 10);
    for (let made = 0; made < count; made += 1) world.api.bookmark();
    return `API: ${count} bookmarks`;
  },
];

/** What takes away what the API server knows of the past. */
export const HISTORY_DEEDS: readonly Deed[] = [
  ({ world, compacted }) => {
    compacted();
    world.store.compact();
    return `compact at ${world.store.revision}`;
  },
  ({ world, leaseLost }) => {
    leaseLost();
    world.api.leases.answer('DELETE', 'opni', 'opni-events', '', '');
    return 'delete the Lease';
  },
];

/** What goes wrong at the intake. */
export const INTAKE_DEEDS: readonly Deed[] = [
  ({ world, chance, during, ambiguous }) => {
    const ms = chance.between(100, 3000);
    ambiguous(10);
    during(
      'intake',
      ms,
      () => world.intake.stop(),
      () => world.intake.resume(),
    );
    return `intake: down for ${ms} ms`;
  },
  ({ world, chance, ambiguous }) => {
    const count = chance.between(1, 4);
    const answers = Array.from({ length: count }, () => chance.of(chance.is(0.4) ? TAKEN : KEPT));
    ambiguous(answers.filter((answer) => TAKEN.includes(answer)).length);
    world.intake.script(...answers);
    return `intake: ${answers.map(textOf).join(', ')}`;
  },
  ({ world, chance, during }) => {
    const records = chance.between(1, 10);
    const ms = chance.between(500, 3000);
    const { behaviour } = world.intake;
    const set = (maxRecords?: number) => Object.assign(behaviour, { maxRecords });
    during(
      '413',
      ms,
      () => set(records),
      () => set(),
    );
    return `intake: 413 above ${records} documents for ${ms} ms`;
  },
  ({ world, ambiguous }) => {
    ambiguous(4);
    world.intake.resetConnections();
    return 'intake: resets all connections';
  },
];
