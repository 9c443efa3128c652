export function SetupPage() {
  return (
    <main>
      <h1 className="title">Set-up</h1>
    </main>
  );
}
