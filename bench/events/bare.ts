import { get } from 'node:http';
import { machineMs } from './control.js';

// The least that a program can do with a watch: split it into lines and look at each. Arguments: address of the API
// server, the version to begin with, and how many lines there will be.
const [server, version, lines] = process.argv.slice(2);
let left = Number(lines);
get(`${server}/api/v1/events?watch=1&resourceVersion=${version}`, (response) => {
  let begun = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    const parts = text.split('\n');
    parts[0] = begun + parts[0];
    begun = parts.pop()!;
    for (const line of parts) if (line.startsWith('{')) left--;
    if (left === 0) process.stdout.write(`done ${machineMs()}\n`);
  });
});
