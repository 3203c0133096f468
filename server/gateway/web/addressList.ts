import { BlockList, isIP } from 'node:net'

/** A set of IP addresses and networks. */
export type AddressList = {
  /** @param address as a socket names its peer, also in the form `::ffff:10.0.0.1`. */
  includes(address: string | undefined): boolean
}

/** @param entries addresses and networks (`10.0.0.0/8`) that `isNetwork` has accepted. */
export function createAddressList(entries: readonly string[]): AddressList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/', 2)
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return {
    includes(address) {
      const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
      const version = isIP(plain)
      return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4')
    },
  }
}

/** Whether a text is an IP address, or one with the number of its network's bits. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32))
  )
}
