/** What a section may hold. */
export interface FluentdShape {
  /** Names of its parameters; `undefined` takes any name. */
  readonly params: readonly string[] | undefined;
  /** Names of the sections in it, with the shape of each. @default none */
  readonly sections?: Readonly<Record<string, FluentdKind>>;
  /** Parameters that must stand. @default none */
  readonly required?: readonly string[];
}

/** A section is either of one shape, or its `@type` tells the shape. */
export type FluentdKind =
  | { readonly shape: FluentdShape }
  | { readonly types: Readonly<Record<string, FluentdShape>> };

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const plain = (shape: FluentdShape): FluentdKind => ({ shape });
const fields = (text: string, required: readonly string[] = []): FluentdKind =>
  plain({ params: words(text), required });
const ANY_PARAMS = plain({ params: undefined });

const CHUNK_PARAMS = `chunk_limit_size chunk_limit_records total_limit_size queue_limit_length chunk_full_threshold
  queued_chunks_limit_size compress flush_at_shutdown flush_mode flush_interval flush_thread_count
  flush_thread_interval flush_thread_burst_interval delayed_commit_timeout overflow_action retry_timeout
  retry_forever retry_max_times retry_secondary_threshold retry_type retry_wait retry_exponential_backoff_base
  retry_max_interval retry_randomize disable_chunk_backup timekey timekey_wait timekey_use_utc timekey_zone`;

const BUFFER: FluentdKind = {
  types: {
    file: { params: words(`path ${CHUNK_PARAMS} path_suffix symlink_path`) },
    memory: { params: words(CHUNK_PARAMS) },
  },
};

const FORMAT: FluentdKind = {
  types: Object.fromEntries(
    words('out_file json ltsv csv msgpack hash single_value').map((type) => [
      type,
      { params: words('add_newline message_key delimiter label_delimiter fields output_tag output_time') },
    ]),
  ),
};

const TIME_PARAMS = `time_key time_format time_type keep_time_key estimate_current_event local_time utc timezone types
  null_value_pattern null_empty_string expression keys`;
const PATTERN = fields(`format ${TIME_PARAMS}`);

const PARSE: FluentdKind = {
  types: {
    ...Object.fromEntries(
      words('none regexp json nginx apache2 apache_error syslog csv tsv ltsv logfmt').map((type) => [
        type,
        { params: words(`${TIME_PARAMS} delimiter delimiter_pattern label_delimiter`) },
      ]),
    ),
    multiline: {
      params: words(
        `${TIME_PARAMS} format_firstline ${Array.from({ length: 20 }, (_, n) => `format${n + 1}`).join(' ')}`,
      ),
    },
    multi_format: { params: [], sections: { pattern: PATTERN } },
  },
};

const CONDITION = fields('key pattern', ['key', 'pattern']);
const CONDITIONS = { regexp: CONDITION, exclude: CONDITION };
const GROUP = plain({ params: [], sections: CONDITIONS });

const FILTER: FluentdKind = {
  types: {
    dedot: { params: words('de_dot de_dot_separator de_dot_nested') },
    grep: { params: [], sections: { ...CONDITIONS, or: GROUP, and: GROUP } },
    record_transformer: {
      params: words('enable_ruby auto_typecast renew_record renew_time_key keep_keys remove_keys'),
      sections: { record: ANY_PARAMS },
    },
    record_modifier: {
      params: words('prepare_value char_encoding remove_keys whitelist_keys'),
      sections: {
        record: ANY_PARAMS,
        replace: fields('key expression replace', ['key', 'expression', 'replace']),
      },
    },
    elasticsearch_genid: {
      params: words(`hash_id_key include_tag_in_seed include_time_in_seed use_record_as_seed record_keys
        use_entire_record separator hash_type`),
    },
    parser: {
      params: words(`key_name reserve_time reserve_data remove_key_name_field replace_invalid_sequence
        inject_key_prefix hash_value_field emit_invalid_record_to_error`),
      required: ['key_name'],
      sections: { parse: PARSE },
    },
    concat: {
      params: words(`key separator n_lines multiline_start_regexp multiline_end_regexp continuous_line_regexp
        stream_identity_key flush_interval timeout_label use_first_timestamp partial_key partial_value
        keep_partial_key use_partial_metadata keep_partial_metadata partial_metadata_format use_partial_cri_logtag
        partial_cri_logtag_key partial_cri_stream_key`),
      required: ['key'],
    },
    throttle: {
      params: words(`group_key group_bucket_period_s group_bucket_limit group_drop_logs group_reset_rate_s
        group_warning_delay_s`),
    },
    stdout: { params: [] },
  },
};

const HTTP: FluentdShape = {
  params: words(`endpoint http_method proxy content_type json_array compress headers headers_from_placeholders
    open_timeout read_timeout ssl_timeout reuse_connections tls_version tls_ciphers tls_verify_mode tls_ca_cert_path
    tls_client_cert_path tls_private_key_path tls_private_key_passphrase error_response_as_unrecoverable
    retryable_response_codes slow_flush_log_threshold`),
  required: ['endpoint'],
  sections: {
    buffer: BUFFER,
    format: FORMAT,
    auth: fields('username password method', ['username', 'password']),
  },
};

const STORE: FluentdKind = { types: { http: HTTP, null: { params: [] } } };

const ROUTE = plain({
  params: words('metrics_labels'),
  sections: {
    match: fields('negate hosts container_names namespaces namespaces_regex labels namespace_labels', [
      'negate',
    ]),
  },
});

const MATCH: FluentdKind = {
  types: {
    http: HTTP,
    null: { params: words('never_flush') },
    copy: { params: words('copy_mode'), sections: { store: STORE } },
    relabel: { params: [] },
    label_router: {
      params: words('default_route default_tag emit_mode sticky_tags metrics'),
      sections: { route: ROUTE },
    },
    detect_exceptions: {
      params: words(`message remove_tag_prefix multiline_flush_interval languages max_lines max_bytes stream
        force_line_breaks`),
    },
  },
};

const SOURCE: FluentdKind = {
  types: {
    forward: {
      params:
        words(`bind port tag add_tag_prefix linger_timeout resolve_hostname deny_keepalive send_keepalive_packet
        chunk_size_limit chunk_size_warn_limit skip_invalid_event source_address_key source_hostname_key`),
    },
  },
};

/** The whole file: Fluentd 1.16 and newer, the plugins of the operator's image that this project uses. */
export const FLUENTD_FILE: FluentdShape = {
  params: [],
  sections: {
    source: SOURCE,
    filter: FILTER,
    match: MATCH,
    label: plain({ params: [], sections: { filter: FILTER, match: MATCH } }),
  },
};

/** Parameters that every section with a `@type` knows; a route knows `@label`. */
export const FLUENTD_AT_PARAMS: readonly string[] = ['@type', '@id', '@label', '@log_level'];
