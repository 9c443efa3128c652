import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Export by name, so that a thing has one name everywhere.",
};
const noD3Dom = ["d3", "d3-selection", "d3-transition"].map((name) => ({
  name,
  message: "React owns the DOM; D3 supplies scales, shapes, arrays and time only.",
}));

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/__generated__"] },
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}", "test/**/*.ts"],
    plugins: { "react-hooks": reactHooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-syntax": ["error", noDefaultExport],
      "no-restricted-imports": ["error", { paths: noD3Dom }],
      "max-lines": ["error", { max: 500 }],
      eqeqeq: "error",
    },
  },
  {
    files: ["src/ui/**", "src/charts/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { paths: noD3Dom, patterns: [{ group: ["**/routes/*", "**/api/client", "**/api/queries", "@tanstack/*"],
          message: "ui/ and charts/ know no router and fetch nothing." }] },
      ],
    },
  },
  {
    files: ["src/lib/**"],
    rules: {
      "no-restricted-imports": ["error", { paths: [...noD3Dom, { name: "react", message: "lib/ knows no React." }] }],
    },
  },
);
