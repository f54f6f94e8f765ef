import { type Binaries, controlPlaneBinaries } from '../support/control-plane/binaries.js';
import { ControlPlane, type ControlPlaneOptions } from '../support/control-plane/control-plane.js';

let plane: ControlPlane | undefined;
let programs: Binaries | undefined;

/**
 * The control plane that all tests of this tier share. Tests that kill a part of it start one of their own.
 *
 * @throws Error outside of a running test
 */
export function sharedPlane(): ControlPlane {
  if (!plane) throw new Error('the control plane runs only while tests do');
  return plane;
}

/**
 * Starts a control plane for tests that stop parts of it, or need another. Whoever starts it stops it.
 *
 * @throws Error outside of a running test
 */
export function ownPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  if (!programs) throw new Error('a control plane runs only while tests do');
  return ControlPlane.start(programs, options);
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
    programs = binaries;
    plane = await ControlPlane.start(binaries);
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000);
    await plane?.stop();
  },
};
