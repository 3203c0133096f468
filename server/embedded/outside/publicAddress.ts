import ipaddr from 'ipaddr.js'

const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/**
 * Whether an IP address is one of the public Internet. Loopback, private, link-local, multicast, documentation and
 * reserved ranges are not, nor are IPv6 forms that carry an IPv4 address (mapped, NAT64, 6to4, Teredo): a translator
 * on the way could turn those into an address of the own network.
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast)
}
