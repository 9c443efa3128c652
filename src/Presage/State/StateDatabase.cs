using Microsoft.Data.Sqlite;

namespace Presage.State;

/// <summary>
/// The state file (<c>state.db</c>, SQLite in WAL mode): users, tokens, rules, alerts, silences, channels, outbox,
/// models. Writes are serialised through one connection and commit durably (<c>synchronous=FULL</c>: an acknowledged
/// change survives power loss); reads use pooled connections and never wait for a writer. The schema is brought up to
/// date by <see cref="Migrations"/>.
/// </summary>
public sealed class StateDatabase : IDisposable
{
    readonly string _readConnection;
    readonly SqliteConnection _writer;

    /// <summary>Guards <see cref="_writer"/>: SQLite allows one writer, and waiting here beats SQLITE_BUSY.</summary>
    readonly Lock _writing = new();

    StateDatabase(string path)
    {
        _readConnection = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = true,
            DefaultTimeout = 10,
        }.ToString();
        _writer = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 10,
        }.ToString());
        _writer.Open();
        Execute("pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on; pragma temp_store=memory;");
    }

    /// <summary>Where the state file of a data folder is.</summary>
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "state.db");

    /// <summary>Opens or creates the state file of a data folder and migrates it.</summary>
    /// <exception cref="InvalidDataException">The file was written by a newer version of Presage.</exception>
    /// <exception cref="SqliteException">The file cannot be opened or is damaged.</exception>
    public static StateDatabase Open(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);
        var database = new StateDatabase(PathIn(dataFolder));
        try
        {
            Migrations.Apply(database._writer);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Reads on a pooled connection.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        using var connection = new SqliteConnection(_readConnection);
        connection.Open();
        return read(connection);
    }

    /// <summary>
    /// Writes in one transaction; commits when <paramref name="write"/> returns, rolls back when it throws.
    /// </summary>
    public T Write<T>(Func<SqliteConnection, T> write)
    {
        lock (_writing)
        {
            using var transaction = _writer.BeginTransaction();
            T result = write(_writer);
            transaction.Commit();
            return result;
        }
    }

    /// <summary>Writes in one transaction.</summary>
    public void Write(Action<SqliteConnection> write) => Write(connection =>
    {
        write(connection);
        return 0;
    });

    /// <summary>
    /// Writes a consistent copy beside the running server (SQLite's own backup): everything committed before.
    /// </summary>
    public void CopyTo(string path)
    {
        var target = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false };
        using var copy = new SqliteConnection(target.ToString());
        copy.Open();
        lock (_writing)
        {
            _writer.BackupDatabase(copy);
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            _writer.Dispose();
        }

        SqliteConnection.ClearPool(new SqliteConnection(_readConnection));
    }

    void Execute(string sql)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
