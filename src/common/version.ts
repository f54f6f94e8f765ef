/** Version of this project: of the package, and of its image. A test holds it against package.json. */
export const VERSION = '0.1.0';
