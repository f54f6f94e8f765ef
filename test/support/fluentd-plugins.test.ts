import { expect } from 'chai';
import { checkFluentdConfig } from './fluentd-config.js';
import { filterSection, type JsonMap } from './fluentd-plugins.js';
import { renderFluentd } from './fluentd-tree.js';

const rendered = (item: JsonMap) => renderFluentd([filterSection(item, 'clusterflow:opni:f:0', 'message')]);

describe('filters of the operator’s Fluentd configuration', () => {
  const filters: [string, JsonMap, string][] = [
    [
      'grep with conditions and groups',
      {
        grep: {
          exclude: [{ key: 'log', pattern: '/^\\n$/' }],
          or: [
            {
              regexp: [
                { key: 'a', pattern: 'x' },
                { key: 'b', pattern: 'y' },
              ],
            },
          ],
        },
      },
      '<filter **>\n  @type grep\n  @id clusterflow:opni:f:0\n  <exclude>\n    key log\n    pattern /^\\n$/\n  </exclude>\n  <or>\n    <regexp>\n      key a\n      pattern x\n    </regexp>\n    <regexp>\n      key b\n      pattern y\n    </regexp>\n  </or>\n</filter>\n',
    ],
    [
      'record_transformer with Ruby',
      {
        record_transformer: {
          enable_ruby: true,
          records: [{ time: "${record['time'] || time.utc.iso8601(6)}" }, { a: 'b' }],
        },
      },
      "<filter **>\n  @type record_transformer\n  @id clusterflow:opni:f:0\n  enable_ruby true\n  <record>\n    time ${record['time'] || time.utc.iso8601(6)}\n  </record>\n  <record>\n    a b\n  </record>\n</filter>\n",
    ],
    [
      'record_modifier with replaces before records',
      {
        record_modifier: { records: [{ a: 'b' }], replaces: [{ key: 'k', expression: '/x/', replace: 'y' }] },
      },
      '<filter **>\n  @type record_modifier\n  @id clusterflow:opni:f:0\n  <replace>\n    expression /x/\n    key k\n    replace y\n  </replace>\n  <record>\n    a b\n  </record>\n</filter>\n',
    ],
    [
      'parser with several formats and the key of the runtime',
      {
        parser: {
          reserve_data: true,
          emit_invalid_record_to_error: false,
          parse: { type: 'multi_format', patterns: [{ format: 'json' }, { format: 'none' }] },
        },
      },
      '<filter **>\n  @type parser\n  @id clusterflow:opni:f:0\n  emit_invalid_record_to_error false\n  key_name message\n  reserve_data true\n  <parse>\n    @type multi_format\n    <pattern>\n      format json\n    </pattern>\n    <pattern>\n      format none\n    </pattern>\n  </parse>\n</filter>\n',
    ],
    [
      'concat with its separator',
      { concat: { key: 'log', multiline_start_regexp: '/^\\d/' } },
      '<filter **>\n  @type concat\n  @id clusterflow:opni:f:0\n  key log\n  multiline_start_regexp /^\\d/\n  separator "\\n"\n</filter>\n',
    ],
    [
      'detectExceptions on another tag',
      { detectExceptions: { match_tag: 'pods.**', remove_tag_prefix: 'pods', max_lines: 10 } },
      '<match pods.**>\n  @type detect_exceptions\n  @id clusterflow:opni:f:0\n  max_lines 10\n  remove_tag_prefix pods\n</match>\n',
    ],
  ];
  for (const [title, item, text] of filters) {
    it(`renders ${title}`, () => {
      expect(rendered(item)).to.equal(text);
      expect(checkFluentdConfig(text)).to.deep.equal([]);
    });
  }

  const refused: [string, JsonMap, string][] = [
    ['an unknown filter', { geoip: {} }, 'does not know the filter geoip'],
    ['two plugins in one filter', { dedot: {}, grep: {} }, 'exactly one plugin, found dedot, grep'],
    ['an empty filter', {}, 'exactly one plugin, found none'],
  ];
  for (const [title, item, message] of refused) {
    it(`refuses ${title}`, () => expect(() => rendered(item)).to.throw(message));
  }
});
