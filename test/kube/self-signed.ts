import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate that signed itself, as PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(body), body]);
};

/** In as few bytes as it takes: Go's reader refuses more. */
function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (date: Date) =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');
const SUBJECT_ALT_NAME = oid('551d11');

/** Makes a certificate for 127.0.0.1 that is valid for a day; Node can sign, but has no maker of certificates. */
export function selfSigned(): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 24 * 60 * 60 * 1000;
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('test')))));
  const loopback = der(0x87, Buffer.of(127, 0, 0, 1));
  const extensions = sequence(sequence(SUBJECT_ALT_NAME, der(0x04, sequence(loopback))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ECDSA_SHA256,
    name,
    sequence(utcTime(new Date(Date.now() - day)), utcTime(new Date(Date.now() + day))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  return {
    certificate: pem(sequence(body, ECDSA_SHA256, signature(body, privateKey))),
    key: keyPem(privateKey),
  };
}

const signature = (body: Buffer, key: KeyObject) => der(0x03, Buffer.of(0), sign('sha256', body, key));
const keyPem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const pem = (bytes: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
