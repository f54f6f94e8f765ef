/** Sections of the classic format, and the role of each. */
export type PluginRole = 'INPUT' | 'FILTER' | 'OUTPUT' | 'CUSTOM';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Plugins by section, and the option names that each knows beside those of {@link COMMON_OPTIONS}. Fluent Bit 5. */
export const PLUGIN_OPTIONS: Readonly<Record<PluginRole, Readonly<Record<string, readonly string[]>>>> = {
  INPUT: {
    tail: words(`path path_key exclude_path offset_key key read_from_head refresh_interval rotate_wait ignore_older
      ignore_active_older_files skip_long_lines truncate_long_lines skip_empty_lines watcher_interval
      progress_check_interval progress_check_interval_nsec buffer_chunk_size buffer_max_size static_batch_size
      event_batch_size parser multiline multiline_flush parser_firstline docker_mode docker_mode_flush
      docker_mode_parser multiline.parser tag_regex db db.sync db.locking db.journal_mode db.compare_filename
      inotify_watcher file_cache_advise exit_on_eof unicode.encoding generic.encoding`),
    systemd: words(`path max_fields max_entries systemd_filter systemd_filter_type read_from_tail lowercase
      strip_underscores db db.sync`),
    dummy: words(`dummy metadata start_time_sec start_time_nsec rate interval_sec interval_nsec copies samples
      fixed_timestamp flush_on_startup`),
    forward: words(`listen port unix_path unix_perm buffer_chunk_size buffer_max_size tag_prefix shared_key
      empty_shared_key self_hostname security.users`),
    http: words(
      'listen port buffer_max_size buffer_chunk_size tag_key successful_response_code success_header http2',
    ),
    kmsg: words('prio_level'),
    fluentbit_metrics: words('scrape_interval scrape_on_start'),
    fluentbit_logs: [],
  },
  FILTER: {
    record_modifier: words('record remove_key allowlist_key whitelist_key uuid_key'),
    modify: words(`set add remove remove_wildcard remove_regex rename hard_rename copy hard_copy move_to_start
      move_to_end condition`),
    lua: words('script call code type_int_key type_array_key protected_mode time_as_table enable_flb_null'),
    grep: words('regex exclude logical_op'),
    kubernetes: words(`buffer_size kube_url kube_ca_file kube_ca_path kube_token_file kube_token_command
      kube_token_ttl kube_tag_prefix kube_meta_preload_cache_dir kube_meta_cache_ttl kube_meta_namespace_cache_ttl
      merge_log merge_log_key merge_log_trim merge_parser keep_log use_journal cache_use_docker_id regex_parser
      k8s-logging.parser k8s-logging.exclude labels annotations owner_references namespace_labels
      namespace_annotations namespace_metadata_only dummy_meta dns_retries dns_wait_time use_kubelet
      use_tag_for_meta kubelet_host kubelet_port`),
    parser: words('key_name parser preserve_key reserve_data unescape_key nest_key hash_value_key'),
    multiline: words(`multiline.parser multiline.key_content mode buffer flush_ms emitter_name
      emitter_storage.type emitter_mem_buf_limit debug_flush`),
    nest: words('operation wildcard nest_under nested_under add_prefix remove_prefix'),
    rewrite_tag: words('rule emitter_name emitter_storage.type emitter_mem_buf_limit'),
    throttle: words('rate window interval print_status'),
    stdout: [],
    expect: words(
      `key_exists key_not_exists key_val_is_null key_val_is_not_null key_val_eq action result_key`,
    ),
    sysinfo: words('fluentbit_version_key os_name_key hostname_key os_version_key kernel_version_key'),
    type_converter: words('int_key uint_key float_key str_key'),
    aws: words(`imds_version az ec2_instance_id ec2_instance_type private_ip ami_id account_id hostname vpc_id
      tags_enabled tags_include tags_exclude retry_interval_s`),
  },
  OUTPUT: {
    forward:
      words(`time_as_integer upstream unix_path tag send_options require_ack_response compress shared_key
      empty_shared_key username password self_hostname add_option retain_metadata_in_forward_mode
      fluentd_compat`),
    http: words(`uri format header http_user http_passwd http_method json_date_key json_date_format compress
      header_tag allow_duplicated_headers log_response_payload proxy body_key headers_key gelf_timestamp_key
      gelf_host_key gelf_short_message_key gelf_full_message_key gelf_level_key`),
    null: words('format'),
    stdout: words('format json_date_key json_date_format'),
    file: words('path file format mkdir delimiter label_delimiter template csv_column_names files_rotation'),
    counter: words('event_based'),
    prometheus_exporter: words('add_label add_timestamp'),
  },
  CUSTOM: { calyptia: words('api_key store_path machine_id fleet_name fleet_id add_label') },
};

const TLS = `tls tls.verify tls.verify_hostname tls.debug tls.ca_file tls.ca_path tls.crt_file tls.key_file
  tls.key_passwd tls.vhost tls.min_version tls.max_version tls.ciphers`;
const NET = `net.connect_timeout net.connect_timeout_log_error net.dns.mode net.dns.prefer_ipv4 net.dns.prefer_ipv6
  net.dns.resolver net.io_timeout net.keepalive net.keepalive_idle_timeout net.keepalive_max_recycle
  net.max_worker_connections net.proxy_env_ignore net.source_address net.tcp_keepalive net.tcp_keepalive_time
  net.tcp_keepalive_interval net.tcp_keepalive_probes net.backlog net.share_port net.accept_timeout`;

/** Options that every plugin of a section knows. */
export const COMMON_OPTIONS: Readonly<Record<PluginRole, readonly string[]>> = {
  INPUT: words(`name alias tag log_level log_suppress_interval mem_buf_limit storage.type
    storage.pause_on_chunks_overlimit threaded thread.ring_buffer.capacity thread.ring_buffer.window routable
    ${TLS} ${NET}`),
  FILTER: words(`name alias match match_regex log_level log_suppress_interval ${TLS}`),
  OUTPUT: words(`name alias match match_regex log_level log_suppress_interval retry_limit workers host port
    storage.total_limit_size no_multiplex ${TLS} ${NET}`),
  CUSTOM: words('name alias log_level'),
};

/** Options of the sections that hold no plugin. */
export const SECTION_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  SERVICE:
    words(`flush grace daemon log_file log_level parsers_file plugins_file streams_file http_server http_listen
    http_port coro_stack_size dns.mode dns.resolver dns.prefer_ipv4 dns.prefer_ipv6 scheduler.cap scheduler.base
    json.convert_nan_to_null json.escape_unicode sp.convert_from_str_to_num hot_reload
    hot_reload.ensure_thread_safety hot_reload.timeout health_check hc_errors_count hc_retry_failure_count hc_period
    hc_throughput hc_throughput_input_plugins hc_throughput_output_plugins hc_throughput_ratio_threshold
    hc_throughput_min_failures multiline_buffer_limit enable_chunk_trace storage.path storage.sync storage.checksum
    storage.max_chunks_up storage.backlog.mem_limit storage.backlog.flush_on_shutdown storage.metrics
    storage.delete_irrecoverable_chunks storage.trim_files storage.type storage.inherit storage.keep.rejected
    storage.rejected.path windows.maxstdio`),
  PARSER:
    words(`name format regex time_key time_format time_offset time_keep time_strict time_system_timezone types
    decode_field decode_field_as skip_empty_values logfmt_no_bare_keys`),
  MULTILINE_PARSER: words(
    `name type parser key_content key_group key_pattern match_string negate flush_timeout rule`,
  ),
};

/** Options that may stand more than once in a section. */
export const REPEATABLE_OPTIONS: readonly string[] =
  words(`systemd_filter record remove_key allowlist_key whitelist_key
  set add remove remove_wildcard remove_regex rename hard_rename copy hard_copy condition regex exclude rule header
  parser parsers_file plugins_file streams_file decode_field decode_field_as add_label add_option wildcard int_key
  uint_key float_key str_key security.users key_exists key_not_exists success_header`);

/** Options that a plugin cannot do without. */
export const REQUIRED_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'INPUT tail': ['path', 'tag'],
  'INPUT systemd': ['tag'],
  'FILTER lua': ['call'],
  'FILTER parser': ['key_name', 'parser'],
  'FILTER multiline': ['multiline.parser'],
  'FILTER nest': ['operation'],
  'FILTER rewrite_tag': ['rule'],
  'OUTPUT forward': ['host', 'port'],
  'OUTPUT http': ['host', 'port', 'uri'],
  PARSER: ['name', 'format'],
  MULTILINE_PARSER: ['name', 'type'],
};

/** Where the image has its stock parsers; a relative path starts at the folder of its own main file. */
export const STOCK_PARSERS_FILE = /^(\/fluent-bit\/etc\/)?parsers\.conf$/;

/** In the stock `parsers.conf` of the image. There is no parser `syslog`. */
export const STOCK_PARSERS: readonly string[] =
  words(`apache apache2 apache_error nginx k8s-nginx-ingress json logfmt
  docker docker-daemon syslog-rfc5424 syslog-rfc3164 syslog-rfc3164-local mongodb envoy istio-envoy-proxy cri
  kube-custom`);

/** Built into the program; they need no file. */
export const BUILT_IN_MULTILINE_PARSERS: readonly string[] = words('docker cri go java python ruby');

const BOOLEAN = /^(on|off|true|false|yes|no)$/i;
const SIZE = /^(\d+(\.\d+)?\s*([kmg]b?)?|false)$/i;
const NUMBER = /^\d+(\.\d+)?$/;

/** Forms of values; what is not named here may be any text. */
export const VALUE_FORMS: ReadonlyMap<string, RegExp> = new Map<string, RegExp>([
  ...words(`daemon http_server health_check hot_reload storage.checksum storage.metrics storage.inherit
    storage.delete_irrecoverable_chunks storage.backlog.flush_on_shutdown storage.trim_files storage.keep.rejected
    storage.pause_on_chunks_overlimit read_from_head read_from_tail skip_long_lines skip_empty_lines
    truncate_long_lines strip_underscores lowercase db.locking db.compare_filename inotify_watcher file_cache_advise
    exit_on_eof threaded merge_log merge_log_trim keep_log use_journal k8s-logging.parser k8s-logging.exclude labels
    annotations owner_references namespace_labels namespace_annotations use_kubelet require_ack_response
    time_as_integer send_options tls tls.verify reserve_data preserve_key time_keep time_strict
    net.keepalive retain_metadata_in_forward_mode`).map((key) => [key, BOOLEAN] as const),
  ...words(`mem_buf_limit buffer_chunk_size buffer_max_size buffer_size storage.total_limit_size
    storage.backlog.mem_limit multiline_buffer_limit static_batch_size emitter_mem_buf_limit
    `).map((key) => [key, SIZE] as const),
  ...words(`flush grace http_port port workers hc_errors_count hc_retry_failure_count hc_period storage.max_chunks_up
    scheduler.base scheduler.cap rotate_wait max_entries max_fields`).map((key) => [key, NUMBER] as const),
  ['storage.type', /^(filesystem|memory|memrb)$/],
  ['emitter_storage.type', /^(filesystem|memory|memrb)$/],
  ['storage.sync', /^(normal|full)$/],
  ['db.sync', /^(extra|full|normal|off)$/i],
  ['db.journal_mode', /^(delete|truncate|persist|memory|wal|off)$/i],
  ['log_level', /^(off|error|warn|warning|info|debug|trace)$/i],
  ['systemd_filter', /^[^=\s]+=.+$/],
  ['systemd_filter_type', /^(and|or)$/i],
  ['retry_limit', /^(false|no_limits|no_retries|\d+)$/i],
  ['compress', /^(gzip|zstd|snappy|text)$/],
  ['logical_op', /^(and|or|legacy)$/i],
  ['operation', /^(nest|lift)$/],
]);
