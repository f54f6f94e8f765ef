import { get } from 'node:http';
import { machineMs } from './control.js';

// The least that a program can do with a watch: find the ends of the lines. Arguments: address of the API server, the
// version to begin with, and how many lines there will be.
const [server, version, lines] = process.argv.slice(2);
let left = Number(lines);
get(`${server}/api/v1/events?watch=1&resourceVersion=${version}`, (response) => {
  response.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) left--;
    if (left === 0) process.stdout.write(`done ${machineMs()}\n`);
  });
});
