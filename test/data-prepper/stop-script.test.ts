import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { stopScript } from '../../src/data-prepper/stop-script.js';
import { skipWithoutBash } from './bash.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const findProgram = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** Runs the script with nothing but the named programs on its path. */
async function run(script: string, programs: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'opni-stop-'));
  try {
    for (const name of programs) symlinkSync(findProgram(name)!, join(folder, name));
    const env = { PATH: folder, http_proxy: 'http://127.0.0.1:1' };
    return await new Promise<{ code: number; stderr: string }>((resolve) => {
      execFile(findProgram('bash')!, ['--norc', '-c', script], { env }, (error, _stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, stderr });
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the stop script', function () {
  skipWithoutBash(this);
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function listen(answer: Answer): Promise<number> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  const ways = [
    { name: 'curl', programs: ['sleep', 'curl'] },
    { name: 'bash alone', programs: ['sleep'] },
  ];
  for (const { name, programs } of ways) {
    describe(`with ${name}`, () => {
      before(function () {
        if (programs.every((program) => findProgram(program))) return;
        console.log(`skipped: this machine has no ${name}`);
        this.skip();
      });

      it('posts the shutdown once and waits until the pipelines are drained', async () => {
        const seen: string[] = [];
        let drained = false;
        const port = await listen((request, response) => {
          seen.push(`${request.method} ${request.url}`);
          setTimeout(() => {
            drained = true;
            response.end('done');
          }, 200);
        });
        const result = await run(stopScript({ sleepSeconds: 0, timeoutSeconds: 10, port }), programs);
        expect(result).to.deep.equal({ code: 0, stderr: '' });
        expect(seen).to.deep.equal(['POST /shutdown']);
        expect(drained).to.equal(true);
      });

      it('fails when the shutdown is refused', async () => {
        const port = await listen((_request, response) => response.writeHead(405).end());
        const { code, stderr } = await run(
          stopScript({ sleepSeconds: 0, timeoutSeconds: 10, port }),
          programs,
        );
        expect(code).to.equal(1);
        expect(stderr).to.include('opni-logging: the shutdown was').and.to.include('405');
      });

      it('fails when no answer comes in time', async () => {
        const port = await listen(() => undefined);
        const { code, stderr } = await run(
          stopScript({ sleepSeconds: 0, timeoutSeconds: 1, port }),
          programs,
        );
        expect(code).to.equal(1);
        expect(stderr).to.include('opni-logging: the shutdown was not acknowledged');
      });

      it('fails when nobody listens', async () => {
        const port = await listen(() => undefined);
        servers.pop()!.close();
        const { code, stderr } = await run(
          stopScript({ sleepSeconds: 0, timeoutSeconds: 1, port }),
          programs,
        );
        expect(code).to.equal(1);
        expect(stderr).to.include('opni-logging: ');
      });
    });
  }

  it('sleeps first, so that the pod is taken out of the Service before it closes', async () => {
    let at = 0;
    const port = await listen((_request, response) => {
      at = Date.now();
      response.end();
    });
    const start = Date.now();
    await run(stopScript({ sleepSeconds: 1, timeoutSeconds: 10, port }), ['sleep']);
    expect(at - start).to.be.at.least(1_000);
  });

  it('asks the API of its own pod by default', () => {
    const script = stopScript({ timeoutSeconds: 60 });
    expect(script).to.include("host='127.0.0.1'\nport=4900\n").and.to.include('sleep 5\n');
  });
});
