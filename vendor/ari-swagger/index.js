'use strict'

// ari-client calls this module in the same turn as its own connect() is called, and passes nothing of ours through:
// what `using` sets for the length of that turn is how each client gets its own transport.
let current

exports.using = function using(transport, act) {
  const before = current
  current = transport
  try {
    return act()
  } finally {
    current = before
  }
}

// The credentials are in the transport: ari-client's own would be shared by all its clients.
exports.authorizations = { add() {} }
exports.PasswordAuthorization = function PasswordAuthorization() {}

exports.SwaggerApi = class SwaggerApi {
  constructor({ success, failure }) {
    if (!current) throw new Error('ari-client was used without a transport: call connect() inside using()')
    this.apis = {}
    this.ready = false
    load(this, current).then(success, failure)
  }
}

async function load(api, { send, resources }) {
  await Promise.all(
    resources.map(async (name) => {
      const reply = await send({ operation: 'api-docs', method: 'GET', path: `/ari/api-docs/${name}.json` })
      api.apis[name] = describe(name, parse(reply), send)
    }),
  )
  api.ready = true
}

function parse(reply) {
  const description = JSON.parse(reply.toString('utf8'))
  if (!Array.isArray(description?.apis)) throw new SyntaxError('not an API description')
  return description
}

/** One resource: a function per operation, plus what ari-client reads about operations and event types. */
function describe(resource, { apis, models = {} }, send) {
  const described = { operations: {}, models: {} }
  for (const model of Object.keys(models)) described.models[model] = { properties: [] }
  for (const { path, operations } of apis) {
    for (const { nickname, httpMethod, parameters = [], responseClass } of operations) {
      const operation = { operation: `${resource}.${nickname}`, method: httpMethod, path, parameters }
      described.operations[nickname] = { type: responseClass === 'binary' ? 'binary' : 'plain', parameters }
      described[nickname] = (values, success, failure) => {
        // A reply ari-client cannot read makes `success` throw: that has to reject the command, not to end the process.
        new Promise((resolve) => resolve(send(toRequest(operation, values)))).then((data) => success({ data })).catch(failure)
      }
    }
  }
  return described
}

/**
 * Parameters of a POST or PUT travel in its JSON body, where Asterisk reads them as well: numbers then stand in no URL,
 * lists need no separator, and no URL grows too long.
 */
function toRequest({ operation, method, path, parameters }, values) {
  const inBody = method === 'POST' || method === 'PUT'
  const query = new URLSearchParams()
  const body = values.body === undefined ? {} : JSON.parse(values.body)
  let target = `/ari${path}`
  for (const { name, paramType } of parameters) {
    const value = values[name]
    if (value === undefined) {
      if (paramType === 'path') throw new TypeError(`${operation}: ${name} is missing`)
    } else if (paramType === 'path') {
      target = target.replace(`{${name}}`, encodeURIComponent(value))
    } else if (paramType === 'query') {
      if (inBody) body[name] = value
      else query.set(name, Array.isArray(value) ? value.join(',') : String(value))
    }
  }
  if (query.size > 0) target += `?${query}`
  return { operation, method, path: target, body: Object.keys(body).length > 0 ? JSON.stringify(body) : undefined }
}
