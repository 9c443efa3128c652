export function SignInPage() {
  return (
    <main>
      <h1 className="title">Sign-in</h1>
    </main>
  );
}
