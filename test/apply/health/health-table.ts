import { expect } from 'chai';
import { healthOf } from '../../../src/apply/health/health.js';
import { type LiveParts, liveOf } from '../unit-support.js';

/** The time at which the tables are read. */
export const NOW = '2026-01-01T00:01:00Z';
export const NOW_MS = Date.parse(NOW);

/** What an object has, and what that comes to: the state and the reason, as in `InProgress LessReplicas`. */
export type HealthRow = readonly [what: string, parts: LiveParts, health: string];

/** A condition, as in `condition('Available=True', 'MinimumReplicasAvailable')`. */
export function condition(text: string, reason?: string, message?: string) {
  const [type, status] = text.split('=');
  return { type, status, ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

/** A status of nothing but conditions. */
export const conditions = (...list: readonly object[]) => ({ status: { conditions: list } });

export const verdictOn = (kind: string, parts: LiveParts) => {
  const { state, reason } = healthOf(liveOf(kind, parts), NOW_MS);
  return `${state} ${reason}`;
};

/** A test for each row; `kind` is `apiVersion/Kind`. */
export function describeHealth(kind: string, rows: readonly HealthRow[]): void {
  describe(`a ${kind.split('/').at(-1)}`, () => {
    for (const [what, parts, health] of rows) {
      it(`58: is ${health} ${what}`, () => expect(verdictOn(kind, parts)).to.equal(health));
    }
  });
}
