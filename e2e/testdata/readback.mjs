// Reads the JSON-stat of a release with a client that others wrote, and
// compares every cell with release.json. Usage: node readback.mjs FOLDER
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import JSONstat from 'jsonstat-toolkit'

const read = name => JSON.parse(readFileSync(join(process.argv[2], name), 'utf8'))
const beside = ['cause', 'exact', 'expected', 'reported'] // has no place in JSON-stat: stands under extension
const want = new Map()
for (const c of read('release.json').cells)
  want.set([c.code, c.area, c.period, c.slice ?? '_T'].join(' '), [c.value === undefined ? null : Number(c.value), c.state, ...beside.map(k => c[k] ?? null)])

const all = JSONstat(read('cells.json-stat.json'))
if (all.class !== 'collection') throw new Error('no collection: ' + all.class)
let seen = 0
for (const d of all.Dataset()) {
  if (d.role.time?.[0] !== 'period' || d.role.geo?.[0] !== 'area' || d.role.metric?.[0] !== 'code') throw new Error('roles of ' + d.label)
  const ids = d.id.map(i => d.Dimension(i).id)
  d.Data().forEach((cell, n) => {
    const key = []
    for (let i = ids.length - 1, rest = n; i >= 0; rest = Math.floor(rest / ids[i].length), i--) key.unshift(ids[i][rest % ids[i].length])
    const cellWanted = want.get(key.join(' '))
    const got = cell.value === null && !cell.status ? undefined : [cell.value, cell.status ?? 'value', ...beside.map(k => d.extension.cells[k]?.[n] ?? null)]
    if (JSON.stringify(got) !== JSON.stringify(cellWanted)) throw new Error(`${key.join(' ')}: ${JSON.stringify(got)}, want ${JSON.stringify(cellWanted)}`)
    if (got) seen++
  })
}
if (seen !== want.size) throw new Error(`${seen} of ${want.size} cells`)
console.log('jsonstat', seen)
