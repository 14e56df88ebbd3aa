// Any OpenAI client works through the gateway: only its base URL changes. Here the official one for Node.
import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? 'http://127.0.0.1:8788/v1',
  apiKey: process.env.OPENAI_API_KEY ?? 'none',
});
const answer = await client.chat.completions.create({
  model: 'gpt-4o-mini',
  user: 'ada',
  messages: [{ role: 'user', content: 'How warm should a sourdough starter stand?' }],
});
console.log(answer.choices[0].message.content);
