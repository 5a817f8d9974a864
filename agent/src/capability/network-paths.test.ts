import assert from 'node:assert/strict'
import { test } from 'node:test'
import { machineOf } from '../testing/machine-folder.ts'
import { readCounters } from './counters.ts'
import { findNetworks } from './network-paths.ts'

const ROUTES = `Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
wlan0 00000000 0101A8C0 0003 0 0 600 00000000 0 0 0
eth0 00000000 0101A8C0 0003 0 0 100 00000000 0 0 0
eth0 0001A8C0 00000000 0001 0 0 100 00FFFFFF 0 0 0
`
const LAPTOP = {
  'sys/class/net/lo/operstate': 'unknown',
  'sys/class/net/eth0/operstate': 'up',
  'sys/class/net/eth0/speed': '1000\n',
  'sys/class/net/eth0/device/vendor': '',
  'sys/class/net/wlan0/operstate': 'up',
  'sys/class/net/wlan0/uevent': 'DEVTYPE=wlan\nINTERFACE=wlan0\n',
  'sys/class/net/wlan0/speed': '-1\n',
  'sys/class/net/wlan0/device/vendor': '',
  'sys/class/net/wwan0/operstate': 'down',
  'sys/class/net/wwan0/device/vendor': '',
  'sys/class/net/docker0/operstate': 'up',
  'proc/net/dev': `Inter-|   Receive |  Transmit
    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
  eth0: 1000 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0
 wlan0: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0
docker0: 555 1 0 0 0 0 0 0 555 1 0 0 0 0 0 0
`,
}

test('the cheapest default route is the way out, and every interface that is up is a path', async (t) => {
  const host = machineOf(t, { ...LAPTOP, 'proc/net/route': ROUTES })
  assert.deepEqual(await findNetworks(host), {
    network: { link: 'wired' },
    paths: [
      { name: 'eth0', link: 'wired', speedMbps: 1000 },
      { name: 'wlan0', link: 'wifi' },
    ],
  })
})

test('a machine with IPv6 alone is not taken for one without a network', async (t) => {
  const zeros = '0'.repeat(32)
  const host = machineOf(t, {
    ...LAPTOP,
    'proc/net/ipv6_route': `${zeros} 00 ${zeros} 00 ${zeros} 00000064 00000001 00000000 00450003 wlan0\n`,
  })
  assert.deepEqual((await findNetworks(host)).network, { link: 'wifi' })
})

test('no default route is no network; a system that tells no interfaces is unknown', async (t) => {
  assert.deepEqual((await findNetworks(machineOf(t, LAPTOP))).network, { link: 'none' })
  assert.deepEqual(await findNetworks(machineOf(t, {})), { network: { link: 'unknown' } })
})

test('traffic is what went over hardware: the loopback and a bridge are not counted on top', async (t) => {
  const { traffic } = await readCounters(machineOf(t, LAPTOP))
  assert.deepEqual(traffic, { receivedBytes: 1010, sentBytes: 220 })
})

test('in a container, where no interface is hardware, all but the loopback count', async (t) => {
  const host = machineOf(t, {
    'sys/class/net/eth0/operstate': 'up',
    'sys/class/net/lo/operstate': 'unknown',
    'proc/net/dev': LAPTOP['proc/net/dev'],
  })
  assert.deepEqual((await readCounters(host)).traffic, { receivedBytes: 1000, sentBytes: 200 })
})
