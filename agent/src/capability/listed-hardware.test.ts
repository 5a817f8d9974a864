import assert from 'node:assert/strict'
import { test } from 'node:test'
import { machineOf } from '../testing/machine-folder.ts'
import { findBattery, findCameras, findGpus, findSensors } from './listed-hardware.ts'

test('a machine that lists nothing has no GPU, no battery, no camera and no sensor', async (t) => {
  const host = machineOf(t, {})
  assert.deepEqual(await findGpus(host), [])
  assert.equal(await findBattery(host), undefined)
  assert.deepEqual(await findCameras(host), [])
  assert.deepEqual(await findSensors(host), [])
})

test('the battery of the machine is told with its plug, and that of a mouse is not', async (t) => {
  const laptop = machineOf(t, {
    'sys/class/power_supply/hidpp_0/type': 'Battery\n',
    'sys/class/power_supply/hidpp_0/scope': 'Device\n',
    'sys/class/power_supply/hidpp_0/capacity': '5\n',
    'sys/class/power_supply/BAT0/type': 'Battery\n',
    'sys/class/power_supply/BAT0/capacity': '81\n',
    'sys/class/power_supply/BAT0/status': 'Discharging\n',
    'sys/class/power_supply/AC/type': 'Mains\n',
    'sys/class/power_supply/AC/online': '0\n',
  })
  assert.deepEqual(await findBattery(laptop), { percent: 81, isCharging: false, isOnMains: false })
})

test('a battery without a plug to be seen leaves the plug out', async (t) => {
  const phone = machineOf(t, {
    'sys/class/power_supply/bms/type': 'Battery',
    'sys/class/power_supply/bms/capacity': '100',
    'sys/class/power_supply/bms/status': 'Charging',
  })
  assert.deepEqual(await findBattery(phone), { percent: 100, isCharging: true })
})

test('each GPU is named as well as its driver can, and a screen without an engine is none', async (t) => {
  const host = machineOf(t, {
    'sys/class/drm/card0/device/uevent': 'DRIVER=simple-framebuffer\n',
    'sys/class/drm/card1/device/uevent': 'DRIVER=amdgpu\nPCI_ID=1002:15BF\n',
    'sys/class/drm/card1/device/mem_info_vram_total': '2147483648\n',
    'sys/class/drm/card1-HDMI-A-1/status': 'connected\n',
    'sys/class/drm/card2/device/uevent': 'DRIVER=nvidia\nPCI_ID=10DE:2204\n',
    'proc/driver/nvidia/gpus/0000:01:00.0/information': 'Model: \t\t NVIDIA GeForce RTX 3090\nIRQ: 180\n',
  })
  assert.deepEqual(await findGpus(host), [
    { model: 'amdgpu 1002:15bf', memoryMiB: 2048 },
    { model: 'NVIDIA GeForce RTX 3090' },
  ])
})

test('a camera is listed once, whatever nodes it has, and a video engine is no camera', async (t) => {
  const host = machineOf(t, {
    'sys/class/video4linux/video0/name': 'HD Webcam: HD Webcam\n',
    'sys/class/video4linux/video0/index': '0\n',
    'sys/class/video4linux/video1/name': 'HD Webcam: HD Webcam\n',
    'sys/class/video4linux/video1/index': '1\n',
    'sys/class/video4linux/video10/name': 'bcm2835-codec-decode\n',
    'sys/class/video4linux/video10/index': '0\n',
  })
  assert.deepEqual(await findCameras(host), ['HD Webcam: HD Webcam'])
})

test('sensors are listed by name, each once, and a name cannot carry what is not to be shown', async (t) => {
  const host = machineOf(t, {
    'sys/bus/iio/devices/iio:device0/name': 'bme280\n',
    'sys/class/hwmon/hwmon0/name': 'coretemp\n',
    'sys/class/hwmon/hwmon1/name': 'coretemp\n',
    'sys/class/thermal/thermal_zone0/type': 'cpu\u202e\u0007thermal\n',
  })
  assert.deepEqual(await findSensors(host), ['bme280', 'coretemp', 'cpu thermal'])
})
