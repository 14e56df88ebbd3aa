// How the gateway reaches its control plane: by certificate where it has one, else as Node does.
export { controlFetch } from './secure-fetch.ts';
