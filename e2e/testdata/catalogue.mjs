// Checks the catalogue of a site with clients that others wrote: jsonld reads
// it, rdf-validate-shacl holds it against shapes. Usage:
// node catalogue.mjs CATALOGUE.jsonld SHAPES.ttl
import { readFileSync } from 'node:fs'
import jsonld from 'jsonld'
import { Parser, Store } from 'n3'
import SHACLValidator from 'rdf-validate-shacl'

const [catalogue, shapes] = process.argv.slice(2).map(name => readFileSync(name, 'utf8'))
const documentLoader = url => { throw new Error('the catalogue wants to fetch ' + url) }
const triples = await jsonld.toRDF(JSON.parse(catalogue), { format: 'application/n-quads', documentLoader })
const data = new Store(new Parser({ format: 'N-Quads' }).parse(triples))
const validator = new SHACLValidator(new Store(new Parser().parse(shapes)))
const report = await validator.validate(data)
for (const r of report.results)
  console.error(r.severity?.value.split('#')[1], r.focusNode?.value, r.path?.value, r.value?.value, r.message.map(m => m.value).join(' '))
if (!report.conforms) process.exit(1)
const count = type => data.countQuads(null, 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type', 'http://www.w3.org/ns/dcat#' + type, null)
console.log(['Catalog', 'DatasetSeries', 'Dataset', 'Distribution', 'DataService'].map(t => t + ' ' + count(t)).join(', '))
