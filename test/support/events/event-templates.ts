/** A kind of event as clusters make it. */
export interface EventTemplate {
  readonly kind: 'Pod' | 'Node' | 'Deployment';
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly component: string;
  readonly message: (name: string, number: number) => string;
}

const IMAGE = 'registry.example/shop/checkout';

/** What happens often in a cluster. */
export const TEMPLATES: readonly EventTemplate[] = [
  template(
    'Pod',
    'Normal',
    'Scheduled',
    'default-scheduler',
    (name, n) => `Successfully assigned shop/${name} to worker-${n % 40}`,
  ),
  template('Pod', 'Normal', 'Pulling', 'kubelet', (_, n) => `Pulling image "${IMAGE}:1.${n % 90}.0"`),
  template(
    'Pod',
    'Normal',
    'Pulled',
    'kubelet',
    (_, n) =>
      `Successfully pulled image "${IMAGE}:1.${n % 90}.0" in 1.2${n % 10}s (1.2${n % 10}s including waiting). Image size: 4812${n % 1000} bytes.`,
  ),
  template('Pod', 'Normal', 'Created', 'kubelet', () => 'Created container: checkout'),
  template('Pod', 'Normal', 'Started', 'kubelet', () => 'Started container checkout'),
  template(
    'Pod',
    'Warning',
    'BackOff',
    'kubelet',
    (name, n) => `Back-off restarting failed container checkout in pod ${name}_shop(${uuid(n)})`,
  ),
  template(
    'Pod',
    'Warning',
    'Unhealthy',
    'kubelet',
    (_, n) =>
      `Readiness probe failed: Get "http://10.42.${n % 250}.17:8080/ready?full=1&t=2": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  ),
  template(
    'Pod',
    'Warning',
    'FailedScheduling',
    'default-scheduler',
    (_, n) =>
      `0/${(n % 90) + 3} nodes are available: 3 Insufficient cpu, ${n % 90} node(s) had untolerated taint {dedicated: batch}.`,
  ),
  template(
    'Deployment',
    'Normal',
    'ScalingReplicaSet',
    'deployment-controller',
    (name, n) => `Scaled up replica set ${name}-7c9d8f6b5 from ${n % 5} to ${(n % 5) + 1}`,
  ),
  template(
    'Node',
    'Normal',
    'NodeHasSufficientMemory',
    'kubelet',
    (name) => `Node ${name} status is now: NodeHasSufficientMemory`,
  ),
  template(
    'Node',
    'Warning',
    'SystemOOM',
    'kubelet',
    (_, n) => `System OOM encountered, victim process: java, pid: ${10_000 + (n % 50_000)}`,
  ),
];

/** Messages that a reader of text may take for something else. */
export const ODD_MESSAGES: readonly string[] = [
  'probe said: {"status":"down","uid":"not-a-uid","resourceVersion":"1"}',
  'literal ","resourceVersion":"999999999","uid":"fake","involvedObject":{"kind":"Pod"',
  'cut here },"involvedObject":{"kind":"Pod","name":"not-me"}, "managedFields":[{}]',
  'ends with a backslash \\',
  'quotes "inside \\" and \\\\" twice',
  'line one\nline two\r\n\ttabbed\u0000\u0001\u001f\u007f',
  'line separators \u2028 and \u2029 of Unicode',
  'Grüße, привет, 你好, 🚀 and e\u0301',
  'html <b>bold</b> & "more" {"type":"DELETED","object":{}}',
  '',
];

function template(
  kind: EventTemplate['kind'],
  type: EventTemplate['type'],
  reason: string,
  component: string,
  message: EventTemplate['message'],
): EventTemplate {
  return { kind, type, reason, component, message };
}

/** A UID out of numbers. */
export function uuid(a: number, b = 0, c = 0): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0').slice(-length);
  return `${hex(a, 8)}-${hex(b, 4)}-4${hex(b >> 16, 3)}-8${hex(a >> 8, 3)}-${hex(c, 12)}`;
}
