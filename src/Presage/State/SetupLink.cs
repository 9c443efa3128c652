using Microsoft.Data.Sqlite;

namespace Presage.State;

/// <summary>The one-time link that creates the first administrator; replaced at each start until it is used.</summary>
public sealed class SetupLink(StateDatabase state)
{
    /// <summary>Makes a new link's token; the one before stops working.</summary>
    public Secret Renew()
    {
        var token = Secret.New();
        state.Write(c => c.Execute(
            "insert into setup_link (only, hash) values (1, $hash) on conflict (only) do update set hash = " +
                "excluded.hash",
            ("$hash", token.Hash())));
        return token;
    }

    /// <summary>Deletes the link if the token is its; false when it is not.</summary>
    internal static bool Burn(SqliteConnection c, Secret token) =>
        c.Execute("delete from setup_link where hash = $hash", ("$hash", token.Hash())) == 1;
}
