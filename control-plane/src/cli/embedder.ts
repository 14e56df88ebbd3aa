// The embedding model for what runs beside the product and measures it: commands pick adapters, scripts do not.
export { openEmbedder } from '../adapters/onnx/index.ts';
