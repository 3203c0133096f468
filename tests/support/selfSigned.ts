import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A key and a certificate that nobody but itself vouches for, both in PEM. */
export type SelfSigned = { key: string; cert: string }

const dayMs = 24 * 60 * 60_000

/** DER tags (X.690) that a certificate is made of. */
const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
  ipAddress: 0x87,
}

/** Object identifiers in their encoded form. */
const objectIds = {
  commonName: [0x55, 0x04, 0x03],
  subjectAltName: [0x55, 0x1d, 0x11],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
}

/**
 * Makes an X.509 certificate (RFC 5280) of one address with a new P-256 key, valid for two days: tests need no program for
 * it, and no private key lies in the repository.
 *
 * @param ipv4 the address that it is for, for example `127.0.0.1`.
 */
export function createSelfSigned(ipv4: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(objectId(objectIds.ecdsaWithSha256))
  const name = sequence(
    der(tags.set, sequence(objectId(objectIds.commonName), der(tags.utf8, Buffer.from(ipv4)))),
  )
  const address = der(tags.ipAddress, Buffer.from(ipv4.split('.').map(Number)))
  const altName = sequence(
    objectId(objectIds.subjectAltName),
    der(tags.octetString, sequence(address)),
  )
  const content = sequence(
    der(tags.version, integer(2)),
    // Positive: the first byte of a DER integer carries the sign.
    der(tags.integer, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name,
    sequence(utcTime(Date.now() - dayMs), utcTime(Date.now() + dayMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(tags.extensions, sequence(altName)),
  )
  const signature = sign('sha256', content, privateKey)
  // A bit string begins with the number of unused bits at its end.
  const cert = sequence(content, algorithm, der(tags.bitString, Buffer.of(0), signature))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString('base64')}\n-----END CERTIFICATE-----\n`,
  }
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content])
}

/** Up to 127 in one byte, else the number of bytes first. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff)
}

function sequence(...parts: Buffer[]): Buffer {
  return der(tags.sequence, ...parts)
}

function integer(value: number): Buffer {
  return der(tags.integer, Buffer.of(value))
}

function objectId(bytes: readonly number[]): Buffer {
  return der(tags.objectId, Buffer.from(bytes))
}

function utcTime(time: number): Buffer {
  const text = new Date(time).toISOString().replace(/\.\d+|[-:T]/g, '')
  return der(tags.utcTime, Buffer.from(text.slice(2)))
}
