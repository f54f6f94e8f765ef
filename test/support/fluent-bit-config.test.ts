import { expect } from 'chai';
import { checkFluentBitConfig, parseFluentBitConfig, parserRegex } from './fluent-bit-config.js';

const SERVICE = `[SERVICE]
    Flush 1
    Parsers_File /fluent-bit/etc/parsers.conf
    Parsers_File /config/parsers.conf
    storage.path /buffers
`;
const JOURNAL = `[INPUT]
    Name systemd
    Tag host.kubelet.\${NODE_NAME}
    Systemd_Filter _SYSTEMD_UNIT=kubelet.service
    Systemd_Filter _SYSTEMD_UNIT=containerd.service
    DB /positions/journal.db
    storage.type filesystem
`;
const FILES = `[INPUT]
    Name tail
    Tag file.*
    Path /var/log/messages
    Parser messages
    DB /positions/files.db
    storage.type filesystem
`;
const OUTPUT = `[OUTPUT]
    Name forward
    Match *
    Host fluentd
    Port 24240
    Retry_Limit False
`;
const PARSERS = `[PARSER]
    Name messages
    Format regex
    Regex ^(?<time>[^ ]+ +[^ ]+ [^ ]+) (?<host>[^ ]+) (?<message>.*)$
    Time_Key time
    Time_Format %b %d %H:%M:%S
`;

/** A correct configuration with one line more, or a line replaced. */
const all = (...more: string[]) => [SERVICE, JOURNAL, FILES, OUTPUT, ...more].join('\n');

describe('parser of Fluent Bit configuration', () => {
  it('reads sections, lower-case keys, values with blanks, and line numbers', () => {
    const { sections, faults } = parseFluentBitConfig(
      '# a\n[service]\n    Flush  1\n\n    # b\n    Log_Level in fo \n',
    );
    expect(faults).to.deep.equal([]);
    expect(sections).to.deep.equal([
      {
        name: 'SERVICE',
        file: 'fluent-bit.conf',
        line: 2,
        options: [
          { key: 'flush', value: '1', line: 3 },
          { key: 'log_level', value: 'in fo', line: 6 },
        ],
      },
    ]);
  });

  it('reads @SET and @INCLUDE', () => {
    const { variables, includes, faults } = parseFluentBitConfig('@SET a=b=c\n@INCLUDE x.conf\n');
    expect([...variables]).to.deep.equal([['a', 'b=c']]);
    expect(includes).to.deep.equal([{ key: 'include', value: 'x.conf', line: 2 }]);
    expect(faults).to.deep.equal([]);
  });

  const bad: [string, string, string][] = [
    ['a key before the first section', '    Flush 1', 'a key before the first section'],
    ['a key that is not indented', '[SERVICE]\nFlush 1', '"Flush" is not indented'],
    ['mixed indentation', '[SERVICE]\n  Flush 1\n    Grace 1', 'the indentation of "Grace" differs'],
    ['a key without value', '[SERVICE]\n  Flush', '"Flush" has no value'],
    ['a section line that does not end', '[SERVICE\n', '"[SERVICE" is no section line'],
    ['an unknown directive', '@FOO a', '"@FOO a" is neither @SET'],
  ];
  for (const [title, text, message] of bad) {
    it(`refuses ${title}`, () => {
      expect(
        parseFluentBitConfig(text)
          .faults.map((fault) => fault.message)
          .join(),
      ).to.contain(message);
    });
  }

  it('gives the expression of a parser, also when written between slashes', () => {
    const regexOf = (regex: string) =>
      parserRegex(parseFluentBitConfig(`[PARSER]\n  Regex ${regex}\n`).sections[0]!);
    expect(regexOf('^(?<a>x)$')?.exec('x')?.groups?.['a']).to.equal('x');
    expect(regexOf('/^(?<a>x)$/i')?.exec('X')?.groups?.['a']).to.equal('X');
  });
});

describe('check of Fluent Bit configuration', () => {
  it('passes a correct configuration', () => {
    expect(checkFluentBitConfig(all(), PARSERS)).to.deep.equal([]);
  });

  const filter = (lines: string) => all(`[FILTER]\n    Name modify\n    Match *\n${lines}`);
  const cases: [string, string, string, string?][] = [
    ['an unknown section', all('[INPUTS]\n    Name tail'), 'unknown section [INPUTS]'],
    ['an unknown plugin', all('[FILTER]\n    Name modifi\n    Match *'), '[FILTER] has no plugin modifi'],
    ['a section without plugin', all('[FILTER]\n    Match *'), '[FILTER] has no Name'],
    ['an unknown option', filter('    Ad a b'), '[FILTER] modify does not know the option ad'],
    [
      'an unknown service option',
      all().replace('Flush', 'Flusch'),
      '[SERVICE] does not know the option flusch',
    ],
    ['an option that stands twice', all().replace('Flush 1', 'Flush 1\n    Flush 2'), 'flush stands twice'],
    [
      'a value of the wrong form',
      all().replace('type filesystem', 'type disk'),
      '"disk" is no value for storage.type',
    ],
    ['a missing path', all().replace('    Path /var/log/messages\n', ''), '[INPUT] has no path'],
    ['a filter without Match', all('[FILTER]\n    Name modify\n    Add a b'), '[FILTER] has no Match'],
    ['a Match that fits no tag', all().replace('Match *', 'Match pod.*'), 'Match pod.* fits no tag'],
    [
      'a tag that no output takes',
      all().replace('Match *', 'Match host.*'),
      'no [OUTPUT] matches the tag file.*',
    ],
    ['an input without DB', all().replace('    DB /positions/journal.db\n', ''), 'no DB'],
    [
      'an input with a memory buffer',
      all().replace('    storage.type filesystem\n', ''),
      'storage.type is not filesystem',
    ],
    [
      'a service without storage.path',
      all().replace('    storage.path /buffers\n', ''),
      '[SERVICE] has no storage.path',
    ],
    [
      'two inputs with one DB',
      all().replace('files.db', 'journal.db'),
      'DB /positions/journal.db is also used',
    ],
    [
      'a journal input with Path',
      all().replace('    DB', '    Path /run/log/journal\n    DB'),
      'systemd with Path',
    ],
    ['two services', all(SERVICE), 'a second [SERVICE] section'],
    ['no service', all().replace(SERVICE, ''), 'there is no [SERVICE] section'],
    ['a parser that nobody defines', all(), 'parser messages is not defined', ''],
    [
      'the parser syslog, which is not stock',
      all().replace('Parser messages', 'Parser syslog'),
      'parser syslog is not defined',
    ],
    [
      'a stock parser whose file is not named',
      all()
        .replaceAll(/ *Parsers_File.*\n/g, '')
        .replace('Parser messages', 'Parser json'),
      'parser json is not defined (stock, but no Parsers_File names /fluent-bit/etc/parsers.conf)',
    ],
    [
      'an unknown multiline parser',
      all().replace('Parser messages', 'multiline.parser docker, kri'),
      'multiline parser kri',
    ],
    ['an include', all('@INCLUDE more.conf'), '@INCLUDE more.conf cannot be followed'],
    ['a parser in the main file', all(PARSERS), '[PARSER] belongs into parsers.conf'],
    [
      'a service in the parsers file',
      all(),
      'parsers.conf:8: [SERVICE] belongs into fluent-bit.conf',
      `${PARSERS}\n${SERVICE}`,
    ],
    [
      'a time key that the expression lacks',
      all(),
      'zeit is no group of the Regex',
      PARSERS.replace('Key time', 'Key zeit'),
    ],
    [
      'an expression that does not compile',
      all(),
      'does not compile',
      PARSERS.replace('(?<host>', '(?<host'),
    ],
    ['an unknown parser format', all(), 'Format grok is none of', PARSERS.replace('regex', 'grok')],
    [
      'an unknown parser option',
      all(),
      '[PARSER] does not know the option tz',
      PARSERS.replace('Time_Key', 'TZ'),
    ],
  ];
  for (const [title, main, message, parsers] of cases) {
    it(`refuses ${title}`, () => {
      const faults = checkFluentBitConfig(main, parsers ?? PARSERS);
      expect(faults.join('\n')).to.contain(message);
      expect(faults.every((fault) => /^(fluent-bit|parsers)\.conf:\d+: /.test(fault))).to.equal(true);
    });
  }

  it('names the line', () => {
    expect(checkFluentBitConfig(all().replace('Flush', 'Flusch'), PARSERS)).to.deep.equal([
      'fluent-bit.conf:2: [SERVICE] does not know the option flusch',
    ]);
  });

  it('takes stock and built-in parsers, and tags made by rewrite_tag', () => {
    const main = all(
      '[FILTER]\n    Name rewrite_tag\n    Match host.*\n    Rule $MESSAGE ^x audit.$TAG false',
      '[FILTER]\n    Name parser\n    Match audit.*\n    Key_Name MESSAGE\n    Parser json\n    Parser messages',
    ).replace('Parser messages\n    DB', 'multiline.parser docker, cri\n    DB');
    expect(checkFluentBitConfig(main, PARSERS)).to.deep.equal([]);
  });

  it('takes storage that inputs inherit', () => {
    const main = all()
      .replaceAll('    storage.type filesystem\n', '')
      .replace('Flush 1', 'Flush 1\n    storage.type filesystem\n    storage.inherit on');
    expect(checkFluentBitConfig(main, PARSERS)).to.deep.equal([]);
  });
});
