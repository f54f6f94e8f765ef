import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { onFile } from '../synth/file-error.js';
import type { CommandSetup } from './command-setup.js';

/** `opni-logging schema`: the JSON Schema of a configuration file, for editors. */
export function addSchemaCommand(program: Command, { context, terminal }: CommandSetup): void {
  program
    .command('schema')
    .description('print the JSON Schema of a configuration file, for editors')
    .option('-o, --output <file>', 'write to a file instead')
    .action(async ({ output }: { readonly output?: string }) => {
      const { publicSchema } = await import('./public-schema.js');
      if (output === undefined) return terminal().print(publicSchema());
      onFile('write', output, () => writeFileSync(resolve(context.cwd, output), publicSchema()));
      await terminal().result([`wrote ${output}`], { ok: true, file: output });
    });
}
