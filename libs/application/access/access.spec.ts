import { principalOf, type ClaimMapping } from './claims.js';
import { mayEnter, ROLES, type Principal } from './roles.js';

const MAPPING: ClaimMapping = { rolesClaim: 'roles', roleMap: { finance: ['approver', 'viewer'], viewer: [] } };

const rolesOf = (claims: object, mapping = MAPPING): readonly string[] | undefined =>
  principalOf({ sub: 's', ...claims }, mapping)?.roles;

describe('the claims of a token', () => {
  it('tell who it is of', () => {
    expect(principalOf({ sub: 'a1', name: ' ', preferred_username: 'ann', roles: ['operator'] }, MAPPING)).toEqual({
      id: 'a1',
      name: 'ann',
      roles: ['operator'],
      isPerson: true,
    });
    expect(principalOf({ sub: 'a1' }, MAPPING)?.name).toBe('a1');
  });

  it.each([{}, { sub: '' }, { sub: 7 }, { sub: null }, { sub: 'x'.repeat(256) }])(
    'without a subject %j are nobody’s',
    (claims) => {
      expect(principalOf(claims, MAPPING)).toBeUndefined();
    },
  );

  it.each([
    [{ roles: ['finance', 'operator', 'chef', 7, null] }, ['approver', 'viewer', 'operator']],
    [{ roles: 'operator admin' }, ['operator', 'admin']],
    [{ roles: ['viewer'] }, []],
    [{ roles: ['constructor', '__proto__', 'toString'] }, []],
    [{ roles: { operator: true } }, []],
    [{ groups: ['operator'] }, []],
  ])('give the roles of %j', (claims, roles) => expect(rolesOf(claims)).toEqual(roles));

  it('may have their roles deep down, or under a name with dots', () => {
    const deep = { ...MAPPING, rolesClaim: 'realm_access.roles' };
    expect(rolesOf({ realm_access: { roles: ['admin'] } }, deep)).toEqual(['admin']);
    expect(rolesOf({ 'realm_access.roles': ['operator'], realm_access: { roles: ['admin'] } }, deep)).toEqual([
      'operator',
    ]);
    expect(rolesOf({ realm_access: 'admin' }, deep)).toEqual([]);
    expect(rolesOf({}, { ...MAPPING, rolesClaim: 'constructor.name' })).toEqual([]);
  });
});

describe('a route', () => {
  const somebody = (...roles: Principal['roles']): Principal => ({ id: 's', name: 's', roles, isPerson: true });
  const closed = { openReading: false };

  it('is open only where it says so', () => {
    expect(mayEnter('open', undefined, closed)).toBe('allowed');
    expect(mayEnter('reading', undefined, { openReading: true })).toBe('allowed');
    expect(mayEnter('reading', undefined, closed)).toBe('token-missing');
    expect(mayEnter(['admin'], undefined, { openReading: true })).toBe('token-missing');
  });

  it.each(ROLES)('that reads lets %s in, one of other roles does not', (role) => {
    expect(mayEnter('reading', somebody(role), closed)).toBe('allowed');
    const others = ROLES.filter((other) => other !== role);
    expect(mayEnter(others, somebody(role), closed)).toBe('role-missing');
    expect(mayEnter(others, somebody(...ROLES), closed)).toBe('allowed');
  });

  it('lets nobody in without a role', () => {
    expect(mayEnter('reading', somebody(), closed)).toBe('role-missing');
    expect(mayEnter([], somebody(...ROLES), closed)).toBe('role-missing');
  });
});
