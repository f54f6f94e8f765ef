import { expect } from 'chai';
import { plainSecret } from '../../../src/lint/rules/plain-secret.js';
import { type Breach, check, describeRule, goodSet, setWith } from '../support.js';

// Made up; what the tests look for in messages.
const LITERAL = 'Kr0kodil';
const CONTAINER = ['spec', 'template', 'spec', 'containers', 0];
const IN_CONTAINER = 'DaemonSet logs/collector spec.template.spec.containers[0]';
const FILE = ['data', 'fluent-bit.conf'];
const inText = (refuses: string, text: string): Breach => ({
  refuses,
  objects: setWith('config', FILE, `first\n${text}\nlast`),
  path: 'ConfigMap logs/collector data.fluent-bit.conf',
  fix: 'secretKeyRef',
});
const inEnv = (value: unknown, name = 'OPENSEARCH_PASSWORD') =>
  setWith('collector', [...CONTAINER, 'env'], [{ name, value }]);
const secret = (fields: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'auth', namespace: 'logs' },
  ...fields,
});

const BREACHES: readonly Breach[] = [
  {
    refuses: 'a Secret with data',
    objects: goodSet({}, secret({ data: { password: LITERAL } })),
    path: 'Secret logs/auth data.password',
    fix: 'kubectl create secret generic -n logs auth',
  },
  {
    refuses: 'a Secret with text',
    objects: goodSet({}, secret({ stringData: { token: LITERAL, empty: '' } })),
    path: 'Secret logs/auth stringData.token',
    fix: '--from-file=token=FILE',
  },
  {
    refuses: 'a password in an environment variable',
    objects: inEnv(LITERAL),
    path: `${IN_CONTAINER}.env[0].value`,
    fix: 'secretKeyRef',
  },
  {
    refuses: 'a password on a command line',
    objects: setWith('collector', [...CONTAINER, 'args'], ['run', `--password=${LITERAL}`]),
    path: `${IN_CONTAINER}.args[1]`,
    fix: 'secretKeyRef',
  },
  {
    refuses: 'an account in an address',
    objects: inEnv(`https://writer:${LITERAL}@example.com`, 'URL'),
    path: `${IN_CONTAINER}.env[0].value`,
    fix: 'secretKeyRef',
  },
  {
    refuses: 'a literal where the operator takes a reference',
    objects: setWith('output', ['spec', 'http', 'auth'], { password: { value: LITERAL } }),
    path: 'ClusterOutput logs/shipper spec.http.auth.password.value',
    fix: 'secretKeyRef',
  },
  inText('a password in YAML', `  password: ${LITERAL}`),
  inText('a quoted password with spaces', `password: "${LITERAL} and more"`),
  inText('a password in YAML on one line', `sink: {opensearch: {password: ${LITERAL}}}`),
  inText('an account in a header', `headers: {Authorization: "Basic ${LITERAL}"}`),
  inText('a header on a line of its own', `Authorization: Bearer ${LITERAL}`),
  inText('a password that is called pass', `basic_auth_pass: ${LITERAL}`),
  inText('a password in JSON', `{"username": "w", "api_key": "${LITERAL}"}`),
  inText('a password in properties', `sink.secretKey=${LITERAL}`),
  inText('a password in the configuration of Fluent Bit', `    HTTP_Passwd  ${LITERAL}`),
  inText('a password after letters that grow in lower case', `İ\npassword: ${LITERAL}`),
  inText('a private key', `-----BEGIN RSA PRIVATE KEY-----\n${LITERAL}`),
];

describeRule(plainSecret, BREACHES, () => {
  it('never repeats the secret', () => {
    const told = BREACHES.flatMap(({ objects }) => check(plainSecret, objects)).map((found) =>
      JSON.stringify(found),
    );
    expect(told.length).to.equal(BREACHES.length);
    for (const text of told) expect(text).not.to.include(LITERAL);
  });

  it('takes placeholders, variables, paths and empty values', () => {
    for (const value of [
      '@@OPENSEARCH_PASSWORD@@',
      '$(PASSWORD)',
      '${PASSWORD}',
      '/etc/secrets/password',
      '',
    ]) {
      expect(check(plainSecret, inEnv(value)), value).to.deep.equal([]);
      expect(check(plainSecret, setWith('config', FILE, `password: '${value}'`)), value).to.deep.equal([]);
    }
  });

  it('takes references, names of Secrets and keys, and empty Secrets', () => {
    const reference = { secretKeyRef: { name: 'auth', key: 'password' } };
    const objects = goodSet({}, secret({ type: 'Opaque' }));
    expect(check(plainSecret, objects)).to.deep.equal([]);
    for (const auth of [{ password: { valueFrom: reference } }, { password: { mountFrom: reference } }]) {
      expect(check(plainSecret, setWith('output', ['spec', 'http', 'auth'], auth))).to.deep.equal([]);
    }
  });

  it('takes scripts that handle passwords, and prose about them', () => {
    const script = [
      '# the password is read from a file',
      'password=$(cat /etc/secrets/password)',
      'curl -u "$user:$password" https://example.com',
      'passwordFile: /etc/secrets/password',
      'image: registry.example.com/app:1@sha256:0123',
    ].join('\n');
    expect(check(plainSecret, setWith('config', FILE, script))).to.deep.equal([]);
  });
});
