import './require-node.js';

// Not a static import: what follows may not even parse on an old Node.
import('./prepare-and-up.js').catch((error) => {
  console.error(error);
  process.exit(1);
});
