import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FoundWallet } from '../../wallet.ts'
import { firstSteps } from './first-step.ts'

const nothing = (): void => undefined
const wallet = (name: string): FoundWallet => ({
  name,
  icon: undefined,
  connect: () => Promise.reject(new Error('not asked')),
  signIn: () => Promise.reject(new Error('not asked')),
})

test('a wallet is offered where there is one, by its name, and several lead to a choice', () => {
  const done: string[] = []
  const labels = (...names: string[]) =>
    firstSteps({
      wallets: names.map(wallet),
      onNewKey: nothing,
      onWallet: ({ name }) => done.push(name),
      onWallets: () => done.push('choose'),
      onExisting: nothing,
    })
  assert.deepEqual(
    labels().map(({ id }) => id),
    ['new-key', 'existing'],
  )
  assert.equal(labels('Phantom')[1]?.label, 'Sign in with Phantom')
  labels('Phantom')[1]?.go()
  labels('Phantom', 'Solflare')[1]?.go()
  assert.deepEqual(done, ['Phantom', 'choose'])
})
