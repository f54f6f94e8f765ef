import { synthesizeToFolder } from '../../src/synth/synthesize.js';
import { buildCluster, fleet } from './clusters.js';

/** Writes a fleet through this project's own synthesis. Arguments: output folder, number of clusters. */
const [folder, size] = process.argv.slice(2) as [string, string];
await synthesizeToFolder(folder, fleet(Number(size)), buildCluster);
