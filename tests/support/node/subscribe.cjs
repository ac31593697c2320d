// Subscribes with the package graphql-sse: node subscribe.cjs <folder of the package> <endpoint> <credential> <document>
const [folder, url, authorization, query] = process.argv.slice(2);
const { createClient } = require(`${folder}/lib/client.js`);

const client = createClient({ url, headers: { authorization }, retryAttempts: 0 });
const messages = [];
const print = (end) => console.log(JSON.stringify({ messages, end }));
client.subscribe(
  { query },
  { next: (message) => messages.push(message), error: (error) => print(String(error)), complete: () => print("complete") },
);
