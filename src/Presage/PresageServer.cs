using Presage.Api;
using Presage.Receivers;
using Presage.State;

namespace Presage;

sealed class PresageServer
{
    public static WebApplication BuildApi()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(static o => ApiJson.Apply(o.SerializerOptions));
        builder.Services.AddOpenApi(ApiDocument.Name, ApiDocument.Configure);
        builder.Services.AddSingleton<SessionDesk>().AddSingleton<FleetView>().AddSingleton<LiveFeed>()
            .AddSingleton<EnrolmentDesk>().AddSingleton<SelfStatus>().AddSingleton<WriteReceiver>().AddSingleton<PrometheusQueries>()
            .AddSingleton<Accounts>().AddSingleton<Tokens>().AddSingleton<AuditLog>().AddSingleton(TimeProvider.System);
        var app = builder.Build();
        app.UseRouting();
        MapAll(app);
        app.UseEndpoints(static _ => { });
        return app;
    }

    static void MapAll(IEndpointRouteBuilder root)
    {
        var api = root.MapGroup("/api/presage/v1").RequireByMethod();
        SessionApi.Map(api);
        UsersApi.Map(api);
        TokensApi.Map(api);
        AuditApi.Map(api);
        FleetApi.Map(api);
        LiveApi.Map(api);
        ServersApi.Map(api);
        StatusApi.Map(api);
        StatusApi.MapHealth(root);
        ServersApi.MapDownloads(root);
        PrometheusApi.Map(root);
        WriteApi.Map(root);
    }
}
