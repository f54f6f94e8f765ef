import {
  type FluentBitFault,
  type FluentBitOption,
  type FluentBitSection,
  optionOf,
  parseFluentBitConfig,
} from './fluent-bit-parser.js';
import { FLUENT_BIT_RULES } from './fluent-bit-rules.js';
import {
  COMMON_OPTIONS,
  PLUGIN_OPTIONS,
  type PluginRole,
  REPEATABLE_OPTIONS,
  REQUIRED_OPTIONS,
  SECTION_OPTIONS,
  VALUE_FORMS,
} from './fluent-bit-tables.js';

export { optionOf, parseFluentBitConfig, parserRegex, valuesOf } from './fluent-bit-parser.js';

/**
 * Checks the texts of a Fluent Bit collector: every section, plugin and option name must be known, values must have
 * the form of their option, and the rules of {@link FLUENT_BIT_RULES} must hold.
 *
 * @param main text of `fluent-bit.conf`
 * @param parsers text of the project's own parsers file. @default none
 * @returns one line a fault, `fluent-bit.conf:12: what is wrong`, sorted by file and line; empty when all is well
 */
export function checkFluentBitConfig(main: string, parsers = ''): string[] {
  const mainFile = parseFluentBitConfig(main);
  const parsersFile = parseFluentBitConfig(parsers, 'parsers.conf');
  const sections = [...mainFile.sections, ...parsersFile.sections];
  const faults = [
    ...mainFile.faults,
    ...parsersFile.faults,
    ...mainFile.includes.map((include) => includeFault('fluent-bit.conf', include)),
    ...parsersFile.includes.map((include) => includeFault('parsers.conf', include)),
    ...sections.flatMap((section) => [...placeFaults(section), ...nameFaults(section)]),
    ...FLUENT_BIT_RULES.flatMap((rule) => rule({ main: mainFile, parsers: parsersFile.sections })),
  ];
  return faults
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
    .map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

function includeFault(file: string, { value, line }: FluentBitOption): FluentBitFault {
  return { file, line, message: `@INCLUDE ${value} cannot be followed here` };
}

function placeFaults({ name, file, line }: FluentBitSection): FluentBitFault[] {
  const right = name.endsWith('PARSER') ? 'parsers.conf' : 'fluent-bit.conf';
  return file === right ? [] : [{ file, line, message: `[${name}] belongs into ${right}` }];
}

function nameFaults(section: FluentBitSection): FluentBitFault[] {
  const { name, file } = section;
  const fault = (line: number, message: string): FluentBitFault => ({ file, line, message });
  const known = knownOptions(section);
  if (typeof known === 'string') {
    return [fault(section.line, known)];
  }
  const plugin = optionOf(section, 'name')?.toLowerCase();
  const required = REQUIRED_OPTIONS[plugin !== undefined && isRole(name) ? `${name} ${plugin}` : name] ?? [];
  const faults = required
    .filter((key) => optionOf(section, key) === undefined)
    .map((key) => fault(section.line, `[${name}] has no ${key}`));
  const seen = new Set<string>();
  for (const { key, value, line } of section.options) {
    if (!known.has(key)) {
      faults.push(
        fault(line, `[${name}] ${isRole(name) ? `${plugin} ` : ''}does not know the option ${key}`),
      );
    } else if (seen.has(key) && !REPEATABLE_OPTIONS.includes(key)) {
      faults.push(fault(line, `${key} stands twice`));
    } else if (!value.startsWith('${') && VALUE_FORMS.get(key)?.test(value) === false) {
      faults.push(fault(line, `"${value}" is no value for ${key}`));
    }
    seen.add(key);
  }
  return faults;
}

/** The option names of a section, or what is wrong with the section itself. */
function knownOptions(section: FluentBitSection): ReadonlySet<string> | string {
  const { name } = section;
  if (!isRole(name)) {
    const options = SECTION_OPTIONS[name];
    return options ? new Set(options) : `unknown section [${name}]`;
  }
  const plugin = optionOf(section, 'name');
  if (plugin === undefined) {
    return `[${name}] has no Name`;
  }
  const options = PLUGIN_OPTIONS[name][plugin.toLowerCase()];
  return options ? new Set([...COMMON_OPTIONS[name], ...options]) : `[${name}] has no plugin ${plugin}`;
}

function isRole(name: string): name is PluginRole {
  return Object.hasOwn(PLUGIN_OPTIONS, name);
}
