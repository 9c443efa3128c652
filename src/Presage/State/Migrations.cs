using Microsoft.Data.Sqlite;

namespace Presage.State;

/// <summary>
/// The schema's history. A step that has been released is never edited; a change is a new step. <c>pragma
/// user_version</c> holds the number of steps applied. Each area keeps its steps' SQL in a file of its own next to
/// this one.
/// </summary>
static class Migrations
{
    static readonly string[] Steps =
    [
        AccountsSchema.V1, AlertingSchema.V1, WatchingSchema.V1, WatchingSchema.V2, DescriptionsSchema.V1,
        WatchingSchema.V3, WatchingSchema.V4, AlertingSchema.V2, WatchingSchema.V5,
    ];

    /// <exception cref="InvalidDataException">The file was written by a newer version of Presage.</exception>
    public static void Apply(SqliteConnection connection)
    {
        long applied = connection.Query("pragma user_version", static row => row.GetInt64(0))[0];
        if (applied > Steps.Length)
        {
            throw new InvalidDataException(
                $"{connection.DataSource} has schema {applied}, this version of Presage knows up to {Steps.Length}. " +
                "Start the newer version that wrote it, or restore an older copy of the file.");
        }

        for (long step = applied; step < Steps.Length; step++)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(Steps[step]);
            connection.Execute($"pragma user_version = {step + 1}");
            transaction.Commit();
        }
    }
}
