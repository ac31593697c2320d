// Audits a server with the package graphql-http: node audits.cjs <folder of the package> <address of the endpoint>
const [folder, url] = process.argv.slice(2);
const { serverAudits } = require(`${folder}/lib/audits/server.js`);

(async () => {
  const results = [];
  for (const audit of serverAudits({ url })) {
    const result = await audit.fn();
    results.push({ id: result.id, name: result.name, status: result.status, reason: result.reason || null });
  }
  console.log(JSON.stringify(results));
})();
