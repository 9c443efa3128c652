using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Presage.Api;
using Presage.Configuration;
using Presage.State;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>A whole server in this process, on a free port of loopback and a folder of its own.</summary>
sealed class ServerFixture : IAsyncDisposable
{
    public const string AdministratorName = "ann";
    public const string Password = "correct horse battery";

    readonly DirectoryInfo _folder;
    readonly List<HttpClient> _clients = [];

    ServerFixture(DirectoryInfo folder, PresageServer server)
    {
        _folder = folder;
        Server = server;
        Client = NewClient();
    }

    public PresageServer Server { get; }

    /// <summary>A client without cookies and tokens.</summary>
    public HttpClient Client { get; }

    public string DataFolder => _folder.FullName;

    public T Part<T>()
        where T : notnull => Server.App.Services.GetRequiredService<T>();

    public static async Task<ServerFixture> StartAsync(
        TimeProvider? time = null,
        AuthenticationMode auth = AuthenticationMode.Password,
        Action<PresageOptions>? configure = null,
        ILoggerProvider? log = null)
    {
        var folder = Directory.CreateTempSubdirectory("presage-server-");
        var options = new PresageOptions
        {
            Data = folder.FullName,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Auth = auth,
            CollectionEnabled = false,
        };
        configure?.Invoke(options);
        try
        {
            var server = await PresageServer.StartAsync(
                options,
                time ?? TimeProvider.System,
                logging =>
                {
                    logging.ClearProviders();
                    if (log is not null)
                    {
                        logging.AddProvider(log);
                    }
                },
                CancellationToken.None);
            return new ServerFixture(folder, server);
        }
        catch
        {
            folder.Delete(true);
            throw;
        }
    }

    /// <summary>A server with the administrator <see cref="AdministratorName"/>.</summary>
    public static async Task<ServerFixture> StartSetUpAsync(
        TimeProvider? time = null, Action<PresageOptions>? configure = null)
    {
        var fixture = await StartAsync(time, configure: configure);
        fixture.Part<Accounts>().Create(AdministratorName, Role.Administrator, Password);
        return fixture;
    }

    /// <summary>A client that keeps cookies, as a browser does.</summary>
    public HttpClient NewClient(CookieContainer? cookies = null)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = cookies is not null,
            CookieContainer = cookies ?? new CookieContainer(),
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = Server.Listening.Local,
        };
        _clients.Add(client);
        return client;
    }

    /// <summary>A client with an API token of a role.</summary>
    public HttpClient ClientOf(Role role) => ClientWith(Part<Tokens>().Create(
        new TokenGrant($"{role} of a test", TokenKind.Api, role, "test")).Secret);

    public HttpClient AgentClient(Func<TokenGrant, TokenGrant>? shape = null)
    {
        var grant = new TokenGrant("agent of a test", TokenKind.Agent, null, "test");
        return ClientWith(Part<Tokens>().Create(shape?.Invoke(grant) ?? grant).Secret);
    }

    public HttpClient ClientWith(string token)
    {
        var client = NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async Task<HttpClient> SignInAsync(string name = AdministratorName, string password = Password)
    {
        var client = NewClient(new CookieContainer());
        using var answer = await client.PostAsJsonAsync("/api/presage/v1/session", new { name, password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return client;
    }

    /// <summary>Reads a problem and checks that it is one.</summary>
    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(static client => client.Dispose());
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
