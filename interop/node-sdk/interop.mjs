// Drives a running registrar with the unmodified Node SDK. Environment:
//
//   OPENREGISTRAR_ENDPOINT      http://127.0.0.1:8080
//   OPENREGISTRAR_ENDPOINT_TLS  https://127.0.0.1:8443 (optional; NODE_EXTRA_CA_CERTS must name its CA file)
//   OPENREGISTRAR_SECRET_ID     an API key of an owner's account
//   OPENREGISTRAR_SECRET_KEY
//   OPENREGISTRAR_MAILBOX       http://127.0.0.1:8091, the simulated world's mailbox, where one-time codes arrive
//
// Without them nothing is performed. For each address it tops the balance up, makes a template, registers one name,
// lists it, and reads an error. Exit 0: passed or not performed; 1: failed.
import assert from "node:assert/strict"
import crypto from "node:crypto"
import fs from "node:fs"
import sdk from "tencentcloud-sdk-nodejs"

const Client = sdk.domain.v20180808.Client
const { OPENREGISTRAR_SECRET_ID: secretId, OPENREGISTRAR_SECRET_KEY: secretKey, OPENREGISTRAR_MAILBOX: mailbox } = process.env
const endpoints = [process.env.OPENREGISTRAR_ENDPOINT, process.env.OPENREGISTRAR_ENDPOINT_TLS].filter(Boolean)

if (endpoints.length === 0 || !secretId || !secretKey || !mailbox) {
  console.log("not performed: OPENREGISTRAR_ENDPOINT, _SECRET_ID, _SECRET_KEY and _MAILBOX name no running registrar")
  process.exit(0)
}

const contact = {
  OrganizationNameCN: "苏禾", OrganizationName: "Su He", RegistrantNameCN: "苏禾", RegistrantName: "Su He",
  ProvinceCN: "浙江省", CityCN: "杭州市", StreetCN: "云栖区竹径路18号3幢502室", Street: "Room 502, Building 3, 18 Zhujing Road", CountryCN: "中国",
  Telephone: "+86.13800000018", Email: "su-node@example.com", ZipCode: "310097", RegistrantType: "I",
}
// The sample card is nobody's, of a county that does not exist.
const card = fs.readFileSync(new URL("../../internal/world/papers/samples/su-he.jpg", import.meta.url))
const cardNumber = "330197199001011281"

// until polls; the SDK's own errors pass through, but for the rate limit.
async function until(what, seconds, step) {
  for (const deadline = Date.now() + seconds * 1000; ; ) {
    const done = await step().catch((e) => {
      if (e.code !== "RequestLimitExceeded") throw e
    })
    if (done) return done
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`)
    await new Promise((wake) => setTimeout(wake, 250))
  }
}

async function refusal(call) {
  try {
    await call
  } catch (e) {
    return e
  }
  throw new Error("nothing was refused")
}

// prove has a code sent to a telephone number (1) or an address (2), reads it in the mailbox and gives it back.
async function prove(c, Type, Code) {
  if ((await c.DescribePhoneEmailList({ Type, Code, Offset: 0, Limit: 20 })).TotalCount > 0) return
  const to = Type === 1 ? Code.replace(/\D/g, "") + "@sms.example" : Code
  await c.SendPhoneEmailCode({ Code, Type })
  const VerifyCode = await until(`a code at ${to}`, 30, async () => {
    const mail = await (await fetch(`${mailbox}/api/mail?limit=1&to=${encodeURIComponent(to)}`)).json()
    return mail.messages?.[0]?.text.match(/\b\d{6}\b/)?.[0]
  })
  await c.CreatePhoneEmail({ Code, Type, VerifyCode })
}

async function drive(endpoint) {
  const at = new URL(endpoint)
  const client = (more = {}, key = secretKey) =>
    new Client({
      credential: { secretId, secretKey: key },
      region: "",
      profile: { language: "en-US", httpProfile: { endpoint: at.host, protocol: `${at.protocol}//`, ...more } },
    })
  const c = client()
  const name = `node${crypto.randomBytes(6).toString("hex")}.com`

  for (const call of [c, client({ reqMethod: "GET" })]) {
    const free = await call.CheckDomain({ DomainName: name, Period: "1" })
    assert.equal(free.Available, true, JSON.stringify(free))
    assert.ok(free.Price > 0 && free.RequestId, JSON.stringify(free))
  }
  assert.ok((await c.DescribeTldList({})).List.includes(".com"))

  await prove(c, 1, contact.Telephone)
  await prove(c, 2, contact.Email)
  const small = await refusal(c.UploadImage({ ImageFile: card.subarray(0, 50 << 10).toString("base64") }))
  assert.equal(small.code, "InvalidParameter.ImageSizeBelow", String(small))
  const { AccessUrl } = await c.UploadImage({ ImageFile: card.toString("base64") })
  const { Template } = await c.CreateTemplate({
    ContactInfo: contact,
    CertificateInfo: { CertificateCode: cardNumber, CertificateType: "SFZ", ImgUrl: AccessUrl },
  })
  await until("the template's approval", 120, async () => {
    const { Template: now } = await c.DescribeTemplate({ TemplateId: Template.TemplateId })
    assert.ok(["InAudit", "Approved"].includes(now.AuditStatus), now.AuditReason)
    return now.AuditStatus === "Approved"
  })

  // The product's API has nothing that pays into a balance; the plain JSON form does.
  const paid = await fetch(new URL("/api/v1/wallet/top-ups", endpoint), {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${secretId}:${secretKey}` },
    body: JSON.stringify({ amount: 20000 }),
  })
  assert.equal(paid.status, 200, await paid.text())

  const { LogId } = await c.CreateDomainBatch({ TemplateId: Template.TemplateId, Period: 1, Domains: [name], PayMode: 1 })
  const status = await until(`batch ${LogId}`, 180, async () => {
    const { StatusSet } = await c.CheckBatchStatus({ LogIds: [LogId] })
    assert.equal(StatusSet.length, 1)
    return StatusSet[0].Status !== "doing" && StatusSet[0].Status
  })
  const { DomainBatchDetailSet: details } = await c.DescribeBatchOperationLogDetails({ LogId, Offset: 0, Limit: 20 })
  assert.equal(status, "success", JSON.stringify(details))
  assert.equal(details[0].Domain, name)
  assert.equal(details[0].Action, "new")

  let listed
  for (let offset = 0, total = 1; !listed && offset < total; offset += 100) {
    const page = await c.DescribeDomainNameList({ Offset: offset, Limit: 100 })
    total = page.TotalCount
    listed = page.DomainSet.find((d) => d.DomainName === name)
  }
  assert.equal(listed?.BuyStatus, "ok", JSON.stringify(listed))
  const { DomainInfo } = await c.DescribeDomainBaseInfo({ Domain: name })
  assert.equal(DomainInfo.DomainId, listed.DomainId)
  assert.equal(DomainInfo.RealNameAuditStatus, "Approved")

  const twice = await refusal(c.CreateDomainBatch({ TemplateId: Template.TemplateId, Period: 1, Domains: ["a.com", "a.com"], PayMode: 1 }))
  assert.equal(twice.code, "InvalidParameter.DuplicateDomainExists", String(twice))
  assert.match(twice.message, /\[input\.duplicate-name\]$/)
  const wrong = await refusal(client({}, "wrong").DescribeTldList({}))
  assert.equal(wrong.code, "AuthFailure.SignatureFailure", String(wrong))
  console.log(`ok ${endpoint}: ${name}`)
}

try {
  for (const endpoint of endpoints) await drive(endpoint)
} catch (e) {
  console.error(e)
  process.exit(1)
}
