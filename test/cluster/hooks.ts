import { controlPlaneBinaries } from '../support/control-plane/binaries.js';
import { ControlPlane } from '../support/control-plane/control-plane.js';

let plane: ControlPlane | undefined;

/**
 * The control plane that all tests of this tier share. Tests that kill a part of it start one of their own.
 *
 * @throws Error outside of a running test
 */
export function sharedPlane(): ControlPlane {
  if (!plane) throw new Error('the control plane runs only while tests do');
  return plane;
}

/** Mocha calls these around the whole run: see the script `test:cluster`. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout(0);
    const binaries = controlPlaneBinaries((text) => console.log(text));
    if ('missing' in binaries) {
      console.log(`SKIPPED, all tests on a real API server: ${binaries.missing}`);
      this.skip();
    }
    plane = await ControlPlane.start(binaries);
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000);
    await plane?.stop();
  },
};
