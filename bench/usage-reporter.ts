import { appendFileSync } from 'node:fs';

// Loaded into every Node process of a measured command: at its end, each adds a line with what it used.
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const line = JSON.stringify({
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMegabytes: maxRSS / 1024,
  });
  appendFileSync(process.env['OPNI_BENCH_USAGE']!, `${line}\n`);
});
