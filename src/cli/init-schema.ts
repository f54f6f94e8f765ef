import { isAbsolute, join, relative, sep } from 'node:path';

/** Where the schema lies that editors read beside a new configuration file. */
export interface SchemaPlace {
  /** Path from the folder of the configuration file, with `/`. */
  readonly reference: string;
  /** File to write the schema to; undefined when the installed package has it. */
  readonly file?: string;
}

/** Name with a dot in front, so that reading the folder as a fleet leaves it out. */
const OWN_COPY = '.opni-logging.schema.json';

/**
 * Picks the schema of the package where it is installed below the working directory, since a path to it then holds
 * on every machine; a copy beside the configuration otherwise, as for `npx` and global installations.
 *
 * @param folder folder of the configuration file
 */
export function schemaPlace(folder: string, packageFolder: string, cwd: string): SchemaPlace {
  const installed = join(packageFolder, 'lib', 'schema.json');
  const fromCwd = relative(cwd, installed);
  if (fromCwd.startsWith('..') || isAbsolute(fromCwd))
    return { reference: OWN_COPY, file: join(folder, OWN_COPY) };
  return { reference: relative(folder, installed).split(sep).join('/') };
}
