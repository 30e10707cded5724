// Imported before anything else, and only in syntax that old versions of Node understand too, so that they can say what is missing.
var wanted = [20, 19];
var found = process.versions.node.split('.').map(Number);

if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    'Spendline needs Node ' +
      wanted.join('.') +
      ' or newer and this is ' +
      process.versions.node +
      ': install it from https://nodejs.org and try again.',
  );
  process.exit(1);
}
